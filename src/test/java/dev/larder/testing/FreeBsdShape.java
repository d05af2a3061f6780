package dev.larder.testing;

import java.util.List;

/// How a [FreeBsdRepository] writes what it publishes.
///
/// @param names of package files
/// @param sums of package files in the catalogue
/// @param packing of the catalogue's archives
/// @param signing of the catalogue
/// @param fileList whether there is a `files.pkg`
/// @param bootstrap whether there is a `Latest/pkg.pkg`; the repository must have a package `pkg`
public record FreeBsdShape(
    Names names, Sum sums, Packing packing, Signing signing, boolean fileList, boolean bootstrap) {
  /// Names of package files.
  public enum Names {
    /// `All/x-1.0.pkg`: rebuilt, it is another file of the same name.
    PLAIN,
    /// `All/Hashed/x-1.0~0123456789.pkg`, as far as the sum goes.
    HASHED
  }

  /// How sums are written.
  public enum Sum {
    /// SHA-256 in hexadecimal, as FreeBSD's own repositories have it.
    HEX,
    /// BLAKE2b in base 32, as pkg 2.8 writes it.
    BLAKE2B
  }

  /// How catalogue archives are packed.
  public enum Packing {
    /// Zstandard.
    ZSTD("tzst"),
    /// XZ.
    XZ("txz"),
    /// Gzip.
    GZIP("tgz"),
    /// Bzip2.
    BZIP2("tbz"),
    /// Not at all.
    NONE("tar");

    private final String format;

    Packing(String format) {
      this.format = format;
    }

    String format() {
      return format;
    }
  }

  /// How the catalogue is signed.
  public sealed interface Signing {
    /// Not at all.
    record None() implements Signing {}

    /// By one key that clients have a file of.
    record PublicKey(FreeBsdKey key) implements Signing {}

    /// By keys that come with the catalogue and whose fingerprints clients know.
    record Fingerprints(List<FreeBsdKey> keys) implements Signing {
      /// Takes a defensive copy.
      public Fingerprints {
        keys = List.copyOf(keys);
      }
    }
  }

  /// As FreeBSD's own repositories are: hashed names, hexadecimal sums, zstd, fingerprints.
  public static FreeBsdShape official(FreeBsdKey... keys) {
    return new FreeBsdShape(
        Names.HASHED, Sum.HEX, Packing.ZSTD, new Signing.Fingerprints(List.of(keys)), false, false);
  }

  /// As `pkg repo` of pkg 2.8 makes one without options: plain names, no signature.
  public static FreeBsdShape plain() {
    return new FreeBsdShape(
        Names.PLAIN, Sum.BLAKE2B, Packing.ZSTD, new Signing.None(), false, false);
  }

  /// With these names.
  public FreeBsdShape names(Names other) {
    return new FreeBsdShape(other, sums, packing, signing, fileList, bootstrap);
  }

  /// With these sums.
  public FreeBsdShape sums(Sum other) {
    return new FreeBsdShape(names, other, packing, signing, fileList, bootstrap);
  }

  /// Packed like this.
  public FreeBsdShape packing(Packing other) {
    return new FreeBsdShape(names, sums, other, signing, fileList, bootstrap);
  }

  /// Signed like this.
  public FreeBsdShape signing(Signing other) {
    return new FreeBsdShape(names, sums, packing, other, fileList, bootstrap);
  }

  /// Signed by these keys, for clients that know their fingerprints.
  public FreeBsdShape signedBy(FreeBsdKey... keys) {
    return signing(new Signing.Fingerprints(List.of(keys)));
  }

  /// With a list of files.
  public FreeBsdShape withFileList() {
    return new FreeBsdShape(names, sums, packing, signing, true, bootstrap);
  }

  /// With a package to bootstrap pkg from.
  public FreeBsdShape withBootstrap() {
    return new FreeBsdShape(names, sums, packing, signing, fileList, true);
  }
}
