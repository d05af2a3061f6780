package dev.larder.doctor;

import dev.larder.store.RelPath;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What `larder doctor` asks an upstream for: by format, the files every client of it begins with.
///
/// @param abi `FreeBSD:15:amd64`: which packages of FreeBSD
/// @param release `15.0-RELEASE`: which release of FreeBSD
/// @param named by the name of a mirror, the one index to ask for instead
record Probe(String abi, String release, Map<String, RelPath> named) {
  private static final Pattern ABI = Pattern.compile("FreeBSD:[0-9]{1,3}:[A-Za-z0-9_]+");
  private static final Pattern RELEASE =
      Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}-(RELEASE|(ALPHA|BETA|RC)[0-9]+)");

  /// Where `uname -m` is not the name of the architecture of packages.
  private static final Map<String, String> MACHINES =
      Map.of(
          "aarch64", "arm64",
          "armv6", "arm",
          "armv7", "arm",
          "powerpc64", "powerpc",
          "powerpc64le", "powerpc",
          "riscv64", "riscv");

  /// Checks the two names.
  ///
  /// @throws IllegalArgumentException with a sentence for the user
  Probe {
    if (!ABI.matcher(abi).matches()) {
      throw new IllegalArgumentException(
          "'" + abi + "' is not an ABI; write it as pkg does, such as FreeBSD:15:amd64");
    }
    if (!RELEASE.matcher(release).matches()) {
      throw new IllegalArgumentException(
          "'" + release + "' is not a release without its patch level, such as 15.0-RELEASE");
    }
    named = Map.copyOf(named);
  }

  /// The files to ask a mirror's upstreams for, in the order in which clients do.
  List<RelPath> files(String mirror, String format) {
    RelPath only = named.get(mirror);
    if (only != null) {
      return List.of(only);
    }
    String architecture = abi.substring(abi.lastIndexOf(':') + 1);
    String machine = MACHINES.getOrDefault(architecture, architecture);
    return switch (format) {
      case "pacman" -> paths("lastupdate", "core/os/x86_64/core.db");
      case "freebsd-pkg" -> paths(abi + "/latest/meta.conf", abi + "/latest/data.pkg");
      case "freebsd-update" ->
          paths(release + "/" + machine + "/pub.ssl", release + "/" + machine + "/latest.ssl");
      case "freebsd-releases" ->
          paths("releases/" + machine + "/" + architecture + "/" + release + "/MANIFEST");
      default -> List.of();
    };
  }

  private static List<RelPath> paths(String... values) {
    return List.of(values).stream().map(RelPath::new).toList();
  }
}
