package dev.larder.format.freebsd;

import dev.larder.store.RelPath;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The ABI all records of a catalogue have to share: a client that meets another in it refuses the
/// whole catalogue. Known from the path (`FreeBSD:15:amd64`), else learnt from the records.
final class Abi {
  private static final Pattern SEGMENT =
      Pattern.compile("FreeBSD:[0-9]+:[A-Za-z0-9_]+", Pattern.CASE_INSENSITIVE);
  private static final String ANY = "*";

  /// The processors in the older form `freebsd:14:x86:64`; those not here are taken as any.
  private static final Map<String, String> PROCESSORS =
      Map.of(
          "x86:64", "amd64",
          "x86:32", "i386",
          "aarch64:64", "aarch64",
          "armv6:32:el:eabi:hardfp", "armv6",
          "armv7:32:el:eabi:hardfp", "armv7",
          "powerpc:64:eb", "powerpc64",
          "powerpc:64:el", "powerpc64le");

  /// System, version, processor; [#ANY] where nothing says.
  private List<String> parts;

  private Abi(List<String> parts) {
    this.parts = parts;
  }

  /// The ABI of the repository at `root`.
  static Abi of(RelPath root) {
    for (String segment : List.of(root.value().split("/", -1)).reversed()) {
      if (SEGMENT.matcher(segment).matches()) {
        return new Abi(List.of(segment.toLowerCase(Locale.ROOT).split(":", -1)));
      }
    }
    return new Abi(List.of(ANY, ANY, ANY));
  }

  /// Whether a record that says `abi` (`FreeBSD:14:*` is for every processor; `freebsd:14:x86:64`
  /// is the older form) may stand in this catalogue.
  boolean admits(String abi) {
    List<String> given = parse(abi);
    if (given == null) {
      return false;
    }
    String[] narrowed = new String[parts.size()];
    for (int i = 0; i < narrowed.length; i++) {
      String ours = parts.get(i);
      String theirs = given.get(i);
      if (!ours.equals(ANY) && !theirs.equals(ANY) && !ours.equals(theirs)) {
        return false;
      }
      narrowed[i] = ours.equals(ANY) ? theirs : ours;
    }
    parts = List.of(narrowed);
    return true;
  }

  private static @Nullable List<String> parse(String abi) {
    String[] given = abi.toLowerCase(Locale.ROOT).split(":", -1);
    if (Arrays.asList(given).contains("")) {
      return null;
    }
    if (given.length > 3) {
      String processor = String.join(":", Arrays.copyOfRange(given, 2, given.length));
      return List.of(given[0], given[1], PROCESSORS.getOrDefault(processor, ANY));
    }
    if (given.length < 3 && !given[given.length - 1].equals(ANY)) {
      return null;
    }
    String[] parts = {ANY, ANY, ANY};
    System.arraycopy(given, 0, parts, 0, given.length);
    return List.of(parts);
  }

  @Override
  public String toString() {
    return String.join(":", parts);
  }
}
