package dev.larder.format.freebsd;

import dev.larder.format.IndexOrder;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/// Hosts repositories of FreeBSD's pkg: reads packages as `pkg create` and Poudriere make them, and
/// writes catalogues that all clients since pkg 1.17 read, with names of files that hold the start
/// of their checksum (`pkg repo --hash`), so that a name never means other bytes.
public final class PkgRepositoryFormat implements RepositoryFormat {
  private final Supplier<Style> style;

  /// How clients are told whom to trust: `signature_type` in their configuration. Without keys
  /// nothing is signed, and it is `none` for either.
  public enum Style {
    /// They have the public key in a file. One key signs, and another only when all clients were
    /// given it.
    PUBKEY,
    /// They have fingerprints of the keys, and the keys come with the signatures; an old and a new
    /// key can sign side by side.
    FINGERPRINTS
  }

  /// A format whose repositories are signed in this style.
  public PkgRepositoryFormat(Style style) {
    this(() -> style);
  }

  /// The same where that can change: it is asked whenever catalogues are written.
  public PkgRepositoryFormat(Supplier<Style> style) {
    this.style = style;
  }

  @Override
  public String name() {
    return "freebsd-pkg";
  }

  @Override
  public PackageRecord read(Path file) throws IOException {
    return PackageReader.read(file);
  }

  /// {@inheritDoc}
  ///
  /// The version of the system it was built on stands among what it needs: `FreeBSD>=1400097`. Of
  /// other packages only the names do, as pkg does not ask for their versions.
  ///
  /// @throws IllegalArgumentException if these are other bytes
  @Override
  public PackageInfo info(byte[] record) {
    HostedPackage hosted = HostedPackage.withoutFiles(record);
    try {
      ManifestText text = ManifestText.own(hosted.json());
      return Manifest.of("record", text.entries()).info(hosted.hasScripts());
    } catch (InvalidPackage e) {
      throw new IllegalArgumentException("the record of a package is damaged", e);
    }
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if these are other bytes
  @Override
  public List<String> files(byte[] record) {
    return HostedPackage.decode(record).files();
  }

  /// {@inheritDoc}
  ///
  /// A directory is an ABI, `FreeBSD:14:amd64`, or lies below one. What was built on a newer system
  /// than any of that ABI does not belong there, even if it says it were for all.
  @Override
  public List<String> directoriesOf(PackageInfo info, List<String> directories) {
    return directories.stream()
        .filter(directory -> {
          Abi abi = Abi.orNull(directory);
          OsVersion builtOn = OsVersion.neededBy(info);
          return abi != null
              && abi.admits(info.architecture())
              && (builtOn == null || builtOn.major() <= abi.major());
        })
        .toList();
  }

  @Override
  public String pathOf(PackageRecord packageRecord, String original) {
    return Place.ALL
        + "/Hashed/"
        + packageRecord.info().name()
        + "-"
        + packageRecord.info().version()
        + "~"
        + packageRecord.sha256().hex().substring(0, PkgSum.PREFIX)
        + ".pkg";
  }

  @Override
  public boolean isCachedByName() {
    return false;
  }

  @Override
  public boolean hasPackageSignatures() {
    return false;
  }

  @Override
  public int compareVersions(String left, String right) {
    return PkgVersion.compare(left, right);
  }

  /// {@inheritDoc}
  ///
  /// Never: it is not needed.
  @Override
  public void bump(Path file, List<String> taken, Path copy) throws IOException {
    throw new InvalidPackage(
        "package: needs no other release: its file is named after its bytes, so it can be added"
            + " beside one of the same version; clients reinstall it with pkg upgrade -f");
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if the directory is not an ABI, nor below one
  @Override
  public int secondsLater(RelPath index) {
    // pkg asks for the second catalogue with the date of the first, if it refuses that one; one
    // date
    // for both, and a 304 hides what was wrong.
    return index.fileName().equals("packagesite.pkg") ? 1 : 0;
  }

  @Override
  public void write(IndexOrder order) throws IOException {
    CatalogueWriter.write(
        order, new CatalogueSignatures(style.get(), order.signers().rsa()), Packing.best());
  }

  @Override
  public List<Lint> lint(String directory, List<PackageInfo> packages) {
    return PkgLint.of(directory, packages);
  }
}
