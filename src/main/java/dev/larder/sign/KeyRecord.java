package dev.larder.sign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the file `info` of a key says: which of its versions is which.
///
/// @param openPgp else RSA
/// @param origin where the secret comes from
/// @param agent who has it; null if it lies here
/// @param current number of the version that signs
/// @param next number of its successor, or null
/// @param added when each version came, by its number
/// @param retired when each of the former ones ended, by its number
record KeyRecord(
    boolean openPgp,
    KeyReport.Origin origin,
    @Nullable Agent agent,
    int current,
    @Nullable Integer next,
    Map<Integer, Instant> added,
    Map<Integer, Instant> retired) {
  private static final String OPENPGP = "openpgp";
  private static final String RSA = "rsa";

  /// A gpg-agent.
  ///
  /// @param socket of it
  /// @param signing upper-case fingerprint of the key, primary or not, that it has and that signs
  record Agent(Path socket, String signing) {}

  KeyRecord {
    added = Map.copyOf(added);
    retired = Map.copyOf(retired);
  }

  /// A key of one version.
  static KeyRecord first(
      boolean openPgp, KeyReport.Origin origin, @Nullable Agent agent, Instant now) {
    return new KeyRecord(openPgp, origin, agent, 1, null, Map.of(1, now), Map.of());
  }

  /// The number of the version that comes after all there were.
  int unused() {
    return added.keySet().stream().max(Comparator.naturalOrder()).orElse(0) + 1;
  }

  KeyRecord rotating(int number, Instant now) {
    Map<Integer, Instant> more = new LinkedHashMap<>(added);
    more.put(number, now);
    return new KeyRecord(openPgp, origin, agent, current, number, more, retired);
  }

  /// The same with the successor as the current one. Larder has made it, whoever made the first.
  KeyRecord rotated(int successor, Instant now) {
    Map<Integer, Instant> more = new LinkedHashMap<>(retired);
    more.put(current, now);
    return new KeyRecord(openPgp, KeyReport.Origin.CREATED, null, successor, null, added, more);
  }

  /// When a version came.
  Instant addedAt(int number) throws IOException {
    Instant when = added.get(number);
    if (when == null) {
      throw new IOException("it does not say when version " + number + " was added");
    }
    return when;
  }

  byte[] encoded() {
    List<String> lines = new ArrayList<>();
    lines.add("type = " + (openPgp ? OPENPGP : RSA));
    lines.add("origin = " + origin.name().toLowerCase(Locale.ROOT));
    if (agent != null) {
      lines.add("agent = " + agent.socket());
      lines.add("signing = " + agent.signing());
    }
    lines.add("current = " + current);
    if (next != null) {
      lines.add("next = " + next);
    }
    added.forEach((number, when) -> lines.add("added." + number + " = " + when));
    retired.forEach((number, when) -> lines.add("retired." + number + " = " + when));
    lines.sort(Comparator.naturalOrder());
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Reads what [#encoded()] wrote.
  ///
  /// @throws IOException if it is anything else
  static KeyRecord decode(byte[] bytes) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      String[] sides = line.split(" = ", 2);
      if (sides.length != 2) {
        throw new IOException("a line of it is not NAME = VALUE");
      }
      values.put(sides[0], sides[1]);
    }
    try {
      Map<Integer, Instant> added = new LinkedHashMap<>();
      Map<Integer, Instant> retired = new LinkedHashMap<>();
      values.forEach((name, value) -> {
        if (name.startsWith("added.")) {
          added.put(Integer.valueOf(name.substring("added.".length())), Instant.parse(value));
        } else if (name.startsWith("retired.")) {
          retired.put(Integer.valueOf(name.substring("retired.".length())), Instant.parse(value));
        }
      });
      String socket = values.get("agent");
      String next = values.get("next");
      return new KeyRecord(
          wanted(values, "type").equals(OPENPGP),
          KeyReport.Origin.valueOf(wanted(values, "origin").toUpperCase(Locale.ROOT)),
          socket == null ? null : new Agent(Path.of(socket), wanted(values, "signing")),
          Integer.parseInt(wanted(values, "current")),
          next == null ? null : Integer.valueOf(next),
          added,
          retired);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("a value of it is not one that Larder writes", e);
    }
  }

  private static String wanted(Map<String, String> values, String name) throws IOException {
    String value = values.get(name);
    if (value == null) {
      throw new IOException("it does not say " + name);
    }
    return value;
  }
}
