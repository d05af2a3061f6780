package dev.larder;

import dev.larder.backup.Item;
import dev.larder.format.freebsd.PkgTrust;
import dev.larder.mirror.KeptFiles;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.HostedFiles;
import dev.larder.serve.PackagesSettings;
import dev.larder.settings.Config;
import dev.larder.settings.LoadedConfig;
import dev.larder.sign.InvalidKeyring;
import dev.larder.sign.OpenPgpKeyring;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What of a Larder cannot be fetched again, so what a backup has: the configuration and the files
/// it names, keys, tokens, the audit log, repositories, and what mirrors keep. Not: packages of
/// mirrors, unfinished fills, the database (all of it is read again from files), `cli.token`.
final class BackupSources implements Closeable {
  private static final long LARGEST_NAMED = 4L << 20;
  private static final int ATTEMPTS = 20;

  private final LoadedConfig loaded;
  private final Layout layout;
  private final Which which;
  private final List<Item> items = new ArrayList<>();
  private final List<HostedFiles> hosted = new ArrayList<>();
  private final List<Path> trees = new ArrayList<>();
  private final List<String> repositories = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<String> damages = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private BackupSources(LoadedConfig loaded, Which which) {
    this.loaded = loaded;
    this.layout = new Layout(loaded.config().data());
    this.which = which;
  }

  /// What is wanted of it.
  ///
  /// @param keys whether private keys
  /// @param kept whether the files of directories that mirrors keep
  record Which(boolean keys, boolean kept) {}

  /// Finds everything. The hold is kept until all was read.
  ///
  /// @throws IOException if something that is there cannot be read
  static BackupSources find(LoadedConfig loaded, Which which, Hold hold) throws IOException {
    BackupSources sources = new BackupSources(loaded, which);
    boolean found = false;
    try {
      sources.find(hold);
      found = true;
      return sources;
    } finally {
      if (!found) {
        sources.close();
      }
    }
  }

  private void find(Hold hold) throws IOException {
    configuration();
    capture(layout.tokens());
    audit();
    for (String name : HostedFiles.names(layout)) {
      repository(name, hold);
    }
    if (which.keys()) {
      // After the repositories: where a key is exchanged meanwhile, the new version of it is in the
      // backup as well as what it has signed, and the former one beside it.
      keys();
    }
    for (String mirror : KeptFiles.mirrors(layout)) {
      mirror(mirror);
    }
  }

  @Override
  public void close() throws IOException {
    for (HostedFiles files : hosted) {
      files.close();
    }
  }

  /// The files, but for those below [#trees()].
  ///
  /// @throws IOException if the list of them cannot be read, or what is done with one fails
  void each(Taking taking) throws IOException {
    for (Item item : items) {
      taking.take(item);
    }
    for (HostedFiles files : hosted) {
      files.each(
          new HostedFiles.Taking() {
            @Override
            public void stored(Path file) throws IOException {
              taking.take(new Item.Stored(path(file), file));
            }

            @Override
            public void captured(Path file, byte[] bytes) throws IOException {
              taking.take(new Item.Captured(path(file), bytes));
            }
          });
    }
  }

  /// Directories of which every file is wanted, too.
  List<Path> trees() {
    return trees;
  }

  /// The files below one of them, found while they are taken.
  ///
  /// @throws IOException if it cannot be read, or what is done with a file fails
  void below(Path tree, Taking taking) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".new-")) {
            taking.take(new Item.Stored(path(file), file));
          }
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  /// What is done with a file.
  interface Taking {
    void take(Item item) throws IOException;
  }

  /// Repositories, each with how many packages it has.
  List<String> repositories() {
    return repositories;
  }

  /// Directories that are kept, each below its mirror's name.
  List<String> kept() {
    return kept;
  }

  /// What is missing or damaged in the data directory.
  List<String> damages() {
    return damages;
  }

  /// What is not in the backup and could be missed.
  List<String> notes() {
    return notes;
  }

  private void configuration() throws IOException {
    Path file = loaded.file();
    if (file == null) {
      notes.add("there is no configuration file");
      return;
    }
    items.add(new Item.Captured(new RelPath("config/larder.toml"), Files.readAllBytes(file)));
    Set<Path> files = new LinkedHashSet<>();
    for (Path each : named(loaded.config())) {
      if (Files.isRegularFile(each)) {
        files.add(each.toAbsolutePath().normalize());
      } else {
        notes.add(each.toAbsolutePath() + ", which the configuration names, is not there");
      }
    }
    for (Path each : files) {
      RelPath path = RelPath.orNull("config/files" + each);
      if (path == null || Files.size(each) > LARGEST_NAMED) {
        notes.add(each + " is too large to be a key or a certificate and is left out");
      } else {
        items.add(new Item.Captured(path, Files.readAllBytes(each)));
      }
    }
  }

  /// The files that are read because a configuration names them or their directory: what else lies
  /// there, such as a private key of GnuPG's, is not ours. TLS keys only where keys are wanted.
  private List<Path> named(Config config) {
    List<@Nullable Path> paths = new ArrayList<>();
    PackagesSettings.Tls tls = config.packages().tls();
    if (tls != null) {
      paths.add(tls.certificate());
      paths.add(which.keys() ? tls.key() : null);
    }
    paths.add(config.console().authorizedSecrets());
    for (MirrorSettings mirror : config.mirrors()) {
      paths.addAll(of(mirror.keyring(), OpenPgpKeyring::files));
      paths.addAll(of(mirror.fingerprints(), PkgTrust::fingerprintFiles));
      paths.add(mirror.pubkey());
    }
    return paths.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  private interface Listing {
    List<Path> of(Path place) throws InvalidKeyring;
  }

  private List<Path> of(@Nullable Path place, Listing listing) {
    try {
      return place == null ? List.of() : listing.of(place.toAbsolutePath().normalize());
    } catch (InvalidKeyring e) {
      notes.add(e.getMessage() + "; it is left out");
      return List.of();
    }
  }

  /// A key is several files, and one that is being exchanged is read when that is over.
  private void keys() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Map<Path, String> before = state(layout.keys());
      List<Item> read = new ArrayList<>();
      boolean whole = true;
      for (Path file : before.keySet()) {
        try {
          read.add(new Item.Captured(path(file), Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
          whole = false;
        }
      }
      if (whole && before.equals(state(layout.keys()))) {
        items.addAll(read);
        return;
      }
    }
    throw new IOException(layout.keys() + " changes all the time; try again when nobody does");
  }

  private static Map<Path, String> state(Path directory) throws IOException {
    Map<Path, String> state = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            if (is.isRegularFile() && !file.getFileName().toString().startsWith(".")) {
              state.put(file, is.fileKey() + " " + is.size() + " " + is.lastModifiedTime());
            }
          } catch (NoSuchFileException e) {
            // Gone since it was listed; the second look tells.
          }
        }
      }
    }
    return state;
  }

  /// Its parts are renamed when it has grown: opened again if that came between.
  private void audit() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Object before = identity(layout.audit());
      List<Item.Opened> opened = new ArrayList<>();
      for (Path part : auditParts()) {
        opened.add(
            new Item.Opened(
                path(part),
                FileChannel.open(part, StandardOpenOption.READ),
                Files.getLastModifiedTime(part)));
      }
      if (Objects.equals(before, identity(layout.audit()))) {
        items.addAll(opened);
        return;
      }
      for (Item.Opened each : opened) {
        each.channel().close();
      }
    }
    throw new IOException(layout.audit() + " changes all the time; try again");
  }

  private List<Path> auditParts() throws IOException {
    String name = Pattern.quote(layout.audit().getFileName().toString()) + "(\\.\\d+)?";
    try (Stream<Path> files = Files.list(layout.data())) {
      return files.filter(file -> file.getFileName().toString().matches(name)).sorted().toList();
    }
  }

  private static @Nullable Object identity(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
        : null;
  }

  private void repository(String name, Hold hold) throws IOException {
    HostedFiles files = HostedFiles.of(layout, name, false, hold);
    hosted.add(files);
    repositories.add(
        "%s (%d %s)"
            .formatted(name, files.packages(), files.packages() == 1 ? "package" : "packages"));
    damages.addAll(files.damages());
  }

  private void mirror(String mirror) throws IOException {
    KeptFiles files = KeptFiles.of(layout, mirror, which.kept());
    add(files.stored(), files.captured());
    trees.addAll(files.trees());
    files.directories().forEach(directory -> kept.add(mirror + "/" + directory));
  }

  private void add(List<Path> stored, Map<Path, byte[]> captured) {
    captured.forEach((file, bytes) -> items.add(new Item.Captured(path(file), bytes)));
    stored.forEach(file -> items.add(new Item.Stored(path(file), file)));
  }

  private void capture(Path file) throws IOException {
    if (Files.exists(file)) {
      items.add(new Item.Captured(path(file), Files.readAllBytes(file)));
    }
  }

  private RelPath path(Path file) {
    return new RelPath("data/" + layout.data().relativize(file));
  }
}
