package dev.larder.format.pacman;

import dev.larder.format.IndexOrder;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.sign.OpenPgpSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Hosts repositories for pacman: reads what makepkg builds (alpm-package(7)) and writes what
/// repo-add writes (alpm-repo-db(7)): `NAME.db` and `NAME.files`, each also under the long name
/// `NAME.db.tar.gz` that repo-add gives it, each with a signature where there is a key.
public final class PacmanRepositoryFormat implements RepositoryFormat {
  private static final String ANY = "any";

  private final Compat compat;

  /// The format of a repository whose databases are written like that.
  public PacmanRepositoryFormat(Compat compat) {
    this.compat = compat;
  }

  @Override
  public String name() {
    return "pacman";
  }

  @Override
  public PackageRecord read(Path file) throws IOException {
    return PackageReader.read(file);
  }

  @Override
  public PackageInfo info(byte[] record) {
    PackedRecord packed = new PackedRecord(record);
    return packed.info().describe(packed.hasScripts());
  }

  @Override
  public List<String> files(byte[] record) {
    return new PackedRecord(record).files();
  }

  /// {@inheritDoc}
  ///
  /// A package for `any` machine is in all of them, since pacman looks into one only.
  @Override
  public List<String> directoriesOf(PackageInfo info, List<String> directories) {
    return info.architecture().equals(ANY)
        ? List.copyOf(directories)
        : directories.stream().filter(info.architecture()::equals).toList();
  }

  /// {@inheritDoc}
  ///
  /// `name-version-arch.pkg.tar.zst`, as makepkg names it. The suffix is how the file is packed,
  /// whatever it was called.
  @Override
  public String pathOf(PackageRecord packageRecord, String original) {
    PackedRecord packed = new PackedRecord(packageRecord.bytes());
    return packed.info().fileNameStem() + ".pkg.tar" + packed.compression().suffix();
  }

  @Override
  public boolean isCachedByName() {
    return true;
  }

  @Override
  public boolean hasPackageSignatures() {
    return true;
  }

  @Override
  public int compareVersions(String left, String right) {
    return PacmanVersion.compare(left, right);
  }

  @Override
  public void bump(Path file, List<String> taken, Path copy) throws IOException {
    NextRelease.write(file, taken, copy);
  }

  @Override
  public void write(IndexOrder order) throws IOException {
    try (Database db = new Database(order, IndexName.Part.DB, compat);
        Database files = new Database(order, IndexName.Part.FILES, compat)) {
      for (PackageRun run : PackageRun.cut(order.entries())) {
        String key = run.key(compat);
        List<DatabaseEntry> loaded = new ArrayList<>();
        Database.Loading loading =
            () -> {
              if (loaded.isEmpty()) {
                loaded.addAll(run.load(order.contents(), compat));
              }
              return loaded;
            };
        db.add(run, key, loading);
        files.add(run, key, loading);
      }
      for (Database database : List.of(db, files)) {
        database.finish(order.entries());
        publish(database.file(), order.signers().openPgp());
      }
    }
  }

  // By the first key alone: it is the one that clients are told of.
  private static void publish(Path database, List<OpenPgpSigner> signers) throws IOException {
    alsoAs(database, database.getFileName() + ".tar.gz");
    if (!signers.isEmpty()) {
      Path signature = database.resolveSibling(database.getFileName() + ".sig");
      Files.write(signature, signers.getFirst().sign(database));
      alsoAs(signature, database.getFileName() + ".tar.gz.sig");
    }
  }

  private static void alsoAs(Path file, String name) throws IOException {
    Path other = file.resolveSibling(name);
    try {
      Files.createLink(other, file);
    } catch (UnsupportedOperationException | IOException e) {
      Files.deleteIfExists(other);
      Files.copy(file, other); // a file system without hard links
    }
  }

  @Override
  public List<Lint> lint(String directory, List<PackageInfo> packages) {
    return new PackageLint(directory, packages).findings();
  }
}
