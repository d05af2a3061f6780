package dev.larder.testing;

import java.util.List;

/// What an [ArchRepository] makes a package from.
///
/// @param name such as `lib++0@x_y.z`
/// @param version with release and possibly epoch: `1:1.2.3-2`
/// @param arch `any` or `x86_64`
/// @param payload bytes of incompressible content; the package is a little larger
/// @param seed other bytes for another seed, so the same name and version can be built differently
/// @param compression of the package file
/// @param depends names of packages it depends on
public record PackageSpec(
    String name,
    String version,
    String arch,
    int payload,
    long seed,
    Compression compression,
    List<String> depends) {
  /// How a package file is compressed.
  public enum Compression {
    /// Zstandard, as Arch has it.
    ZST("zst", "--zstd"),
    /// XZ.
    XZ("xz", "--xz"),
    /// Gzip, what Debian's makepkg does.
    GZ("gz", "--gzip"),
    /// Not at all.
    NONE("", "");

    private final String extension;
    private final String option;

    Compression(String extension, String option) {
      this.extension = extension;
      this.option = option;
    }

    String option() {
      return option;
    }

    String suffix() {
      return extension.isEmpty() ? ".pkg.tar" : ".pkg.tar." + extension;
    }
  }

  /// Takes a defensive copy.
  public PackageSpec {
    depends = List.copyOf(depends);
  }

  /// A package of about a kibibyte without dependencies.
  public static PackageSpec of(String name, String version) {
    return new PackageSpec(name, version, "any", 1024, 1, Compression.ZST, List.of());
  }

  /// With this much content.
  public PackageSpec payload(int bytes) {
    return new PackageSpec(name, version, arch, bytes, seed, compression, depends);
  }

  /// With other bytes under the same name.
  public PackageSpec seed(long other) {
    return new PackageSpec(name, version, arch, payload, other, compression, depends);
  }

  /// For this architecture.
  public PackageSpec arch(String other) {
    return new PackageSpec(name, version, other, payload, seed, compression, depends);
  }

  /// Compressed like this.
  public PackageSpec compression(Compression other) {
    return new PackageSpec(name, version, arch, payload, seed, other, depends);
  }

  /// With these dependencies.
  public PackageSpec depends(String... names) {
    return new PackageSpec(name, version, arch, payload, seed, compression, List.of(names));
  }

  /// The file name makepkg would give it.
  public String fileName() {
    return name + "-" + version + "-" + arch + compression.suffix();
  }
}
