package dev.larder.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a backup says of itself before anything else: the first entry of the archive, lines of a
/// word and its value.
///
/// @param larder version of the program that made it
/// @param layout version of the layout of its data directory
/// @param created when
/// @param data the data directory it was made of
/// @param owner user who owned that directory
/// @param keys whether the private keys are in it
public record About(
    String larder, int layout, Instant created, String data, String owner, boolean keys) {
  /// Its name in the archive.
  static final String ENTRY = "larder-backup";

  private static final String FORMAT = "1";
  private static final int MOST = 64 * 1024;

  byte[] bytes() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("format", FORMAT);
    lines.put("larder", larder);
    lines.put("layout", Integer.toString(layout));
    lines.put("created", created.toString());
    lines.put("data", data);
    lines.put("owner", owner);
    lines.put("keys", keys ? "yes" : "no");
    StringBuilder text = new StringBuilder();
    lines.forEach((key, value) ->
        text.append(key).append(' ').append(value.replaceAll("\\p{Cntrl}", "?")).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Reads what [#bytes] gave.
  ///
  /// @param size of the entry
  /// @throws DamagedBackup if it is nothing this version knows
  static About read(InputStream in, long size) throws IOException {
    if (size > MOST) {
      throw new DamagedBackup("its first entry is none of a backup's");
    }
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        lines.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    if (!FORMAT.equals(lines.get("format"))) {
      throw new DamagedBackup(
          "it is a backup of format %s, this larder knows %s; restore it with the version that made it"
              .formatted(lines.get("format"), FORMAT));
    }
    try {
      return new About(
          lines.getOrDefault("larder", ""),
          Integer.parseInt(lines.getOrDefault("layout", "")),
          Instant.parse(lines.getOrDefault("created", "")),
          lines.getOrDefault("data", ""),
          lines.getOrDefault("owner", ""),
          "yes".equals(lines.get("keys")));
    } catch (NumberFormatException | DateTimeException e) {
      throw new DamagedBackup("its first entry is none of a backup's", e);
    }
  }
}
