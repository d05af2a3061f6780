package dev.larder.format.freebsd;

import dev.larder.store.RelPath;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What lies at a path of a pkg mirror. A repository is a directory with `data.pkg` and the like in
/// it and its packages below `All`; where in a mirror such directories are (`FreeBSD:15:amd64/
/// quarterly`, `kmods_latest_1`, `base_release_0`, any name a third party gives) nobody says, so a
/// file is known by its own name and by the directories `All` and `Latest`.
sealed interface Place {
  /// The repository it belongs to; the root of the mirror if to none.
  RelPath root();

  /// The text `meta.conf`, or `meta`, which is the same.
  record Meta(RelPath root) implements Place {}

  /// A packed index.
  record Packed(RelPath root, Stem stem) implements Place {}

  /// A file of `Latest`, from which a machine without pkg gets it. That directory is a root of its
  /// own: its files belong to one another, not to a catalogue.
  ///
  /// @param of the package, or what it is itself
  record Bootstrap(RelPath root, RelPath of, Part part) implements Place {}

  /// A package.
  record Archive(RelPath root, PkgFileName fileName) implements Place {}

  /// Anything else.
  record Elsewhere(RelPath root) implements Place {}

  /// The packed indexes, by their names without suffix.
  enum Stem {
    META,
    DIGESTS,
    PACKAGESITE,
    DATA,
    FILES,
    FILESITE;

    static @Nullable Stem of(String fileName) {
      int dot = fileName.indexOf('.');
      if (dot < 0 || !PACKINGS.contains(fileName.substring(dot + 1))) {
        return null;
      }
      for (Stem stem : values()) {
        if (fileName.substring(0, dot).equals(stem.name().toLowerCase(Locale.ROOT))) {
          return stem;
        }
      }
      return null;
    }

    /// Whether it names packages and their bytes.
    boolean namesPackages() {
      return this == DATA || this == PACKAGESITE;
    }
  }

  /// The files of `Latest`.
  enum Part {
    PACKAGE(""),
    /// Signature and key, for clients that trust fingerprints.
    SIGNATURE(".sig"),
    /// A bare signature, for clients that have the key.
    PUBKEYSIG(".pubkeysig");

    private final String suffix;

    Part(String suffix) {
      this.suffix = suffix;
    }

    String suffix() {
      return suffix;
    }
  }

  /// The directory that packages lie below.
  String ALL = "All";

  /// The directory of the newest pkg.
  String LATEST = "Latest";

  /// How an index may be packed, by name only: clients look at the bytes.
  Set<String> PACKINGS = Set.of("pkg", "tzst", "txz", "tbz", "tgz", "tar");

  /// What lies at `path`.
  static Place of(RelPath path) {
    RelPath repository = aboveAll(path);
    if (repository != null) {
      PkgFileName name = PkgFileName.orNull(path.fileName());
      return name == null || path.fileName().equals(ALL)
          ? new Elsewhere(repository)
          : new Archive(repository, name);
    }
    RelPath directory = path.parent();
    String fileName = path.fileName();
    if (directory.fileName().equals(LATEST)) {
      return inLatest(directory, fileName);
    }
    if (fileName.equals("meta.conf") || fileName.equals("meta")) {
      return new Meta(directory);
    }
    Stem stem = Stem.of(fileName);
    if (stem != null) {
      return new Packed(directory, stem);
    }
    // Repositories of the base system as `make packages` leaves them have their packages beside
    // the catalogue.
    PkgFileName name = fileName.endsWith(".pkg") ? PkgFileName.orNull(fileName) : null;
    return name == null || name.version().isEmpty()
        ? new Elsewhere(RelPath.ROOT)
        : new Archive(directory, name);
  }

  private static Place inLatest(RelPath directory, String fileName) {
    for (Part part : List.of(Part.PUBKEYSIG, Part.SIGNATURE, Part.PACKAGE)) {
      if (fileName.endsWith(part.suffix())) {
        String name = fileName.substring(0, fileName.length() - part.suffix().length());
        return name.startsWith("pkg.") && PACKINGS.contains(name.substring(4))
            ? new Bootstrap(directory, directory.resolve(name), part)
            : new Elsewhere(RelPath.ROOT);
      }
    }
    throw new IllegalStateException("a package's suffix is empty");
  }

  // What is before the first segment All; null if there is none.
  private static @Nullable RelPath aboveAll(RelPath path) {
    String slashed = "/" + path + "/";
    int start = slashed.indexOf("/" + ALL + "/");
    return start < 0 ? null : start == 0 ? RelPath.ROOT : new RelPath(slashed.substring(1, start));
  }
}
