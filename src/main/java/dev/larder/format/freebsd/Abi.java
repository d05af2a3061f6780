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

  /// What a package that is hosted may say. pkg also takes `FreeBSD:15` for `FreeBSD:15:*`, but
  /// only since 2.0.
  private static final Pattern STATED =
      Pattern.compile(
          "FreeBSD:(\\*|[0-9]{1,3}:\\*|[0-9]{1,3}:[a-z0-9_]{1,32})", Pattern.CASE_INSENSITIVE);

  /// The processors in the older form `freebsd:14:x86:64`; those not here are taken as any.
  private static final Map<String, String> PROCESSORS =
      Map.of(
          "x86:64", "amd64",
          "x86:32", "i386",
          "aarch64:64", "aarch64",
          "armv6:32:el:eabi:hardfp", "armv6",
          "armv7:32:el:eabi:hardfp", "armv7",
          "riscv:64:hf", "riscv64",
          "powerpc:32:eb", "powerpc",
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

  /// The ABI of packages below `directory`; null if it is not that of one system, version and
  /// processor.
  static @Nullable Abi orNull(String directory) {
    RelPath path = RelPath.orNull(directory);
    Abi abi = path == null ? null : of(path);
    return abi == null || abi.parts.contains(ANY) ? null : abi;
  }

  /// The first number of the system's version; 0 if nothing says.
  int major() {
    String version = parts.get(1);
    return version.matches("[0-9]{1,6}") ? Integer.parseInt(version) : 0;
  }

  /// How `abi`, of a package or in the older form, is written today: `FreeBSD:14:amd64`,
  /// `FreeBSD:14:*`, `FreeBSD:*`. Null if it is of another system or of no known form.
  static @Nullable String canonical(String abi) {
    String today = abi;
    String[] given = abi.split(":", -1);
    if (given.length > 3) {
      String processor = String.join(":", Arrays.copyOfRange(given, 2, given.length));
      String known = PROCESSORS.get(processor.toLowerCase(Locale.ROOT));
      if (known == null) {
        return null;
      }
      today = given[0] + ":" + given[1] + ":" + known;
    }
    return STATED.matcher(today).matches()
        ? "FreeBSD" + today.substring(today.indexOf(':')).toLowerCase(Locale.ROOT)
        : null;
  }

  /// The older form of `abi`, which pkg still writes beside it.
  ///
  /// @param abi from [#canonical]
  static String older(String abi) {
    String[] parts = abi.toLowerCase(Locale.ROOT).split(":", -1);
    if (parts.length == 3) {
      for (Map.Entry<String, String> processor : PROCESSORS.entrySet()) {
        if (processor.getValue().equals(parts[2])) {
          parts[2] = processor.getKey();
          break;
        }
      }
    }
    return String.join(":", parts);
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
