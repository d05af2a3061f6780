package dev.larder.format.pacman;

import dev.larder.format.Compression;
import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Arch Linux and its relatives: a tree of repositories, each a directory with a sync database
/// `R.db`, a files database `R.files` and the packages they name, everything with an optional
/// detached signature `.sig` beside it. Follows what pacman 6 and 7 ask for (`dload.c`,
/// `be_sync.c`, pacman.conf(5)) and what repo-add(8) and Arch's mirrors hold.
public final class PacmanFormat implements Format {
  private static final RelPath TOKEN = new RelPath("lastupdate");
  private static final String SIGNATURE = ".sig";

  private static final long MAX_DATABASE = 128L << 20;
  private static final int MAX_CANDIDATES = 4;
  private static final int MAX_NAMED_CANDIDATES = 3;

  /// Names of directories that are hardly a repository's: `$arch`, and the `os` of Arch's mirrors.
  private static final Pattern HARDLY_A_REPOSITORY =
      Pattern.compile(
          "os|any|x86_64(_v[234])?|i[3-6]86|pentium4|aarch64|arm|armv[0-9]+[a-z]*"
              + "|riscv64|loong(arch)?64|powerpc(64)?(le|spe)?|ppc(64)?(le)?");

  private static final Pattern EPOCH_SECONDS = Pattern.compile("[0-9]{1,18}");

  /// The format; it has no state.
  public PacmanFormat() {}

  @Override
  public String name() {
    return "pacman";
  }

  @Override
  public PathKind kind(RelPath path) {
    String fileName = path.fileName();
    if (path.equals(TOKEN)) {
      return new PathKind.Token();
    }
    if (IndexName.orNull(fileName) != null) {
      return new PathKind.Index();
    }
    if (PackageFileName.suffixStart(fileName) >= 0) {
      return new PathKind.PackageFile(false);
    }
    if (fileName.endsWith(SIGNATURE) && fileName.length() > SIGNATURE.length()) {
      RelPath of = signed(path);
      if (IndexName.orNull(of.fileName()) != null) {
        return new PathKind.IndexSignature(of);
      }
      if (PackageFileName.suffixStart(of.fileName()) >= 0) {
        return new PathKind.Companion(of);
      }
    }
    return new PathKind.Other();
  }

  /// {@inheritDoc}
  ///
  /// Arch moves its repositories together, so a mirror is one root.
  @Override
  public RelPath rootOf(RelPath path) {
    return RelPath.ROOT;
  }

  private static RelPath signed(RelPath signature) {
    String value = signature.value();
    return new RelPath(value.substring(0, value.length() - SIGNATURE.length()));
  }

  @Override
  public @Nullable RelPath token() {
    return TOKEN;
  }

  @Override
  public OptionalLong tokenTime(byte[] token) {
    String text = new String(token, StandardCharsets.ISO_8859_1).strip();
    return EPOCH_SECONDS.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /// {@inheritDoc}
  ///
  /// A package lies beside its database, which is named like the repository, and that name is
  /// nearly always a directory above: `$repo/os/$arch` (Arch), `$arch/$repo` (Arch Linux ARM),
  /// `stable/$repo/$arch` (Manjaro), `repos/2026/11/20/$repo/os/$arch` (the archive). So the last
  /// directory that is not an architecture is the likeliest, then those above it. Custom
  /// repositories served as `…/$arch` are called like the mirror.
  @Override
  public List<RelPath> indexesOf(RelPath path, String mirror) {
    RelPath directory = path.parent();
    List<String> unlikely = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    if (!directory.isRoot()) {
      for (String segment : List.of(directory.value().split("/", -1)).reversed()) {
        if (HARDLY_A_REPOSITORY.matcher(segment).matches()) {
          unlikely.add(segment);
        } else if (names.size() < MAX_NAMED_CANDIDATES) {
          names.add(segment);
        }
      }
    }
    names.add(mirror);
    names.addAll(unlikely);
    List<RelPath> candidates = new ArrayList<>();
    for (String name : names) {
      String fileName = name + ".db";
      RelPath candidate =
          IndexName.orNull(fileName) == null
              ? null
              : RelPath.orNull(directory.isRoot() ? fileName : directory + "/" + fileName);
      if (candidate != null && candidates.size() < MAX_CANDIDATES) {
        candidates.add(candidate);
      }
    }
    return List.copyOf(candidates);
  }

  @Override
  public @Nullable RelPath signatureOf(RelPath index) {
    return RelPath.orNull(index.value() + SIGNATURE);
  }

  @Override
  public @Nullable String packageName(RelPath path) {
    PackageFileName name =
        switch (kind(path)) {
          case PathKind.PackageFile _ -> PackageFileName.orNull(path.fileName());
          case PathKind.Companion(RelPath of) -> PackageFileName.orNull(of.fileName());
          case PathKind.Index _,
              PathKind.IndexSignature _,
              PathKind.Token _,
              PathKind.HashNamed _,
              PathKind.Immutable _,
              PathKind.Other _ ->
              null;
        };
    return name == null ? null : name.name();
  }

  @Override
  public boolean namesPackages(RelPath index) {
    IndexName name = IndexName.orNull(index.fileName());
    return name != null && name.part() == IndexName.Part.DB;
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if `index` is not a database's path
  @Override
  public void read(RelPath index, InputStream bytes, Promises promises) throws IOException {
    IndexName name = IndexName.orNull(index.fileName());
    if (name == null) {
      throw new IllegalArgumentException("not a pacman database: " + index);
    }
    SyncDatabase.read(index, name.part(), bytes, promises);
  }

  /// {@inheritDoc}
  ///
  /// For a package the limit is the size its database promises, which is not known here.
  @Override
  public long maxSize(RelPath path) {
    return switch (kind(path)) {
      case PathKind.Index() -> MAX_DATABASE;
      case PathKind.IndexSignature(_), PathKind.Companion(_) -> Description.MAX_SIGNATURE;
      case PathKind.PackageFile _,
          PathKind.Token _,
          PathKind.HashNamed _,
          PathKind.Immutable _,
          PathKind.Other _ ->
          -1;
    };
  }

  @Override
  public boolean plausible(RelPath path, byte[] start) {
    return switch (kind(path)) {
      case PathKind.Index() -> {
        Compression compression = Compression.of(start);
        yield compression != null && compression.isReadable();
      }
      case PathKind.PackageFile _ -> plausiblePackage(path.fileName(), start);
      case PathKind.IndexSignature(_), PathKind.Companion(_) -> beginsSignature(start);
      case PathKind.Token() -> tokenTime(start).isPresent();
      case PathKind.HashNamed _, PathKind.Immutable _, PathKind.Other _ -> true;
    };
  }

  // By the suffix, not by any known magic: a page a server packed with gzip unasked is no package.
  private static boolean plausiblePackage(String fileName, byte[] start) {
    int suffix = PackageFileName.suffixStart(fileName);
    Compression compression = Compression.named(fileName.substring(suffix));
    return compression != null && compression.begins(start);
  }

  // RFC 9580, 4.2: bit 7 is always set; tag 2 in the legacy form with its four kinds of length, or
  // in
  // the current one.
  private static boolean beginsSignature(byte[] start) {
    if (start.length == 0) {
      return false;
    }
    int first = start[0] & 0xff;
    return (first >= 0x88 && first <= 0x8b) || first == 0xc2;
  }
}
