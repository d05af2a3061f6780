package dev.larder.testing;

import java.util.List;

/// What a [FreeBsdRepository] makes a package from.
///
/// @param name such as `demo+x`
/// @param version with revision and epoch: `1.2_3,1`
/// @param abi `FreeBSD:14:amd64`, or `FreeBSD:14:*`
/// @param payload bytes of incompressible content; the package is a little larger
/// @param seed other bytes for another seed, so the same name and version can be built differently
/// @param depends names of packages it depends on; they must be in the repository
public record FreeBsdPackage(
    String name, String version, String abi, int payload, long seed, List<String> depends) {
  /// Takes a defensive copy.
  public FreeBsdPackage {
    depends = List.copyOf(depends);
  }

  /// A package of about a kibibyte for FreeBSD 14 on amd64, without dependencies.
  public static FreeBsdPackage of(String name, String version) {
    return new FreeBsdPackage(name, version, "FreeBSD:14:amd64", 1024, 1, List.of());
  }

  /// With this much content.
  public FreeBsdPackage payload(int bytes) {
    return new FreeBsdPackage(name, version, abi, bytes, seed, depends);
  }

  /// With other bytes under the same name.
  public FreeBsdPackage seed(long other) {
    return new FreeBsdPackage(name, version, abi, payload, other, depends);
  }

  /// For this ABI.
  public FreeBsdPackage abi(String other) {
    return new FreeBsdPackage(name, version, other, payload, seed, depends);
  }

  /// With these dependencies.
  public FreeBsdPackage depends(String... names) {
    return new FreeBsdPackage(name, version, abi, payload, seed, List.of(names));
  }

  /// Name and version, as file names begin.
  public String stem() {
    return name + "-" + version;
  }

  /// The first part of the legacy name of the architecture and its last: `freebsd:14:x86:64`.
  String legacyArch() {
    return abi.replace("FreeBSD:", "freebsd:").replace(":amd64", ":x86:64");
  }
}
