package dev.larder.format.pacman;

import dev.larder.format.IndexOrder;
import dev.larder.format.KeyringOrder;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.sign.OpenPgpSigner;
import dev.larder.store.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/// Hosts repositories for pacman: reads what makepkg builds (alpm-package(7)) and writes what
/// repo-add writes (alpm-repo-db(7)): `NAME.db` and `NAME.files`, each also under the long name
/// `NAME.db.tar.gz` that repo-add gives it, each with a signature where there is a key.
public final class PacmanRepositoryFormat implements RepositoryFormat {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final String ANY = "any";

  private final Supplier<Compat> chosen;

  /// The format of a repository whose databases are written like that.
  public PacmanRepositoryFormat(Compat compat) {
    this(() -> compat);
  }

  /// The same where that can change: it is asked whenever databases are written.
  public PacmanRepositoryFormat(Supplier<Compat> compat) {
    this.chosen = compat;
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

  /// Its version is the day, and its release counts the packages of that day.
  @Override
  public boolean keyring(KeyringOrder order, Path file) throws IOException {
    Set<String> taken = order.versions().apply(KeyringPackage.nameOf(order.repository()));
    String day = DAY.format(order.at());
    int release = 1;
    while (taken.contains(day + "-" + release)) {
      release++;
    }
    List<KeyringPackage.Key> keys = new ArrayList<>();
    for (OpenPgpSigner key : order.keys()) {
      keys.add(new KeyringPackage.Key(key.fingerprint(), key.publicKey()));
    }
    KeyringPackage.of(order.repository(), day + "-" + release, order.at(), keys, order.retired())
        .write(file);
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
    Compat compat = chosen.get();
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
    Durable.link(database, database.resolveSibling(database.getFileName() + ".tar.gz"));
    if (!signers.isEmpty()) {
      Path signature = database.resolveSibling(database.getFileName() + ".sig");
      Files.write(signature, signers.getFirst().sign(database));
      Durable.link(signature, database.resolveSibling(database.getFileName() + ".tar.gz.sig"));
    }
  }

  @Override
  public List<Lint> lint(String directory, List<PackageInfo> packages) {
    return new PackageLint(directory, packages).findings();
  }
}
