package dev.larder.format.freebsd;

import dev.larder.format.Compression;
import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.format.PathKind;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Repositories of pkg(8) 1.x and 2.x, as FreeBSD's mirrors, Poudriere and `pkg repo` leave them:
/// any number of them in one tree, each a directory with `meta.conf`, `data.pkg`, `packagesite.pkg`
/// and perhaps `files.pkg`, and packages below `All`. Signatures are inside the catalogues
/// ([PkgTrust]); only `Latest/pkg.pkg`, from which a machine gets its first pkg, has one beside it.
///
/// Which catalogues exist is told by their usual names. A `meta.conf` that renames them is served,
/// but the renamed ones are then files like any other.
public final class FreeBsdPkgFormat implements Format {
  private static final long MAX_META = 1L << 20;
  private static final long MAX_PACKED = 512L << 20;

  /// What an HTTP server says instead of a file.
  private static final Pattern PAGE =
      Pattern.compile("\\s*<(!doctype|!--|\\?xml|html|head|body|title|script).*", Pattern.DOTALL);

  /// The format; it has no state.
  public FreeBsdPkgFormat() {}

  @Override
  public String name() {
    return "freebsd-pkg";
  }

  @Override
  public PathKind kind(RelPath path) {
    return switch (Place.of(path)) {
      case Place.Meta _, Place.Packed _, Place.Bootstrap _ -> new PathKind.Index();
      case Place.Archive(_, PkgFileName name) -> new PathKind.PackageFile(name.hash() != null);
      case Place.Elsewhere _ -> new PathKind.Other();
    };
  }

  /// {@inheritDoc}
  ///
  /// The directory that holds the catalogue. `Latest` is a root of its own: the package and its
  /// signature in it must fit each other, and neither moves with the catalogue beside it.
  @Override
  public RelPath rootOf(RelPath path) {
    return Place.of(path).root();
  }

  @Override
  public List<RelPath> core(RelPath root) {
    if (isLatest(root)) {
      RelPath pkg = root.resolve("pkg.pkg");
      return List.of(pkg, beside(pkg, Place.Part.SIGNATURE), beside(pkg, Place.Part.PUBKEYSIG));
    }
    return List.of(root.resolve("data.pkg"), root.resolve("meta.conf"));
  }

  /// {@inheritDoc}
  ///
  /// `data.pkg`: `meta.conf` hardly ever changes, and clients compare its date with that of
  /// `data.pkg` as well.
  @Override
  public RelPath leader(RelPath root) {
    return core(root).getFirst();
  }

  @Override
  public @Nullable RelPath alternateOf(RelPath index) {
    return Place.of(index) instanceof Place.Packed(RelPath root, Place.Stem stem)
            && stem == Place.Stem.PACKAGESITE
        ? root.resolve("data.pkg")
        : null;
  }

  @Override
  public @Nullable RelPath pairedWith(RelPath index) {
    return Place.of(index) instanceof Place.Bootstrap(_, RelPath of, Place.Part part)
            && part != Place.Part.PACKAGE
        ? of
        : null;
  }

  /// {@inheritDoc}
  ///
  /// A client asks whether `meta.conf` changed since the `data.pkg` it holds, so both have one
  /// date. When the signature in `data.pkg` fails, it asks whether `packagesite.pkg` changed since
  /// the `data.pkg` it just fetched; with one date that would be a 304, and the failure a silent
  /// one.
  @Override
  public OptionalInt secondsAfterLeader(RelPath index) {
    return switch (Place.of(index)) {
      case Place.Meta _ -> OptionalInt.of(0);
      case Place.Packed(RelPath root, Place.Stem stem) ->
          index.equals(leader(root))
              ? OptionalInt.empty()
              : OptionalInt.of(stem == Place.Stem.PACKAGESITE ? 1 : 0);
      case Place.Bootstrap _, Place.Archive _, Place.Elsewhere _ -> OptionalInt.empty();
    };
  }

  /// {@inheritDoc}
  ///
  /// Of a catalogue the clock is when its payload was written, as the archive has it; nothing in
  /// the payload says. In `Latest`, every signature that holds its own key must have been made over
  /// the very package beside it; whether the key is trusted, and a signature without one, is for
  /// [PkgTrust].
  @Override
  public OptionalLong examine(RelPath root, IndexSet set) throws IOException {
    if (!isLatest(root)) {
      RelPath data = root.resolve("data.pkg");
      return set.has(data) ? made(data, set) : OptionalLong.empty();
    }
    for (String packing : Place.PACKINGS) {
      RelPath pkg = root.resolve("pkg." + packing);
      RelPath signature = beside(pkg, Place.Part.SIGNATURE);
      if (set.has(pkg) && set.has(signature)) {
        requireFit(pkg, signature, set);
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong made(RelPath data, IndexSet set) throws IOException {
    long[] made = {0};
    try (InputStream bytes = set.open(data)) {
      CatalogueArchive.read(data.value(), bytes, (_, modified, _) -> made[0] = modified);
    }
    return made[0] > 0 ? OptionalLong.of(made[0]) : OptionalLong.empty();
  }

  private static void requireFit(RelPath pkg, RelPath signature, IndexSet set) throws IOException {
    BootstrapSignature signed;
    try (InputStream bytes = set.open(signature)) {
      signed =
          BootstrapSignature.read(
              signature.value(), bytes.readNBytes(BootstrapSignature.MAX_SIZE + 1));
    }
    if (!signed.isCheckable()) {
      return; // clients that know its kind will say
    }
    try (InputStream bytes = set.open(pkg)) {
      if (!signed.fits(SignedDigest.of(bytes))) {
        throw new InvalidIndex(signature + ": was not made over the " + pkg + " beside it");
      }
    }
  }

  @Override
  public @Nullable String fault(RelPath path, InputStream bytes) throws IOException {
    if (!(Place.of(path) instanceof Place.Archive(_, PkgFileName name))) {
      return null;
    }
    String hash = name.hash();
    PkgSum form = hash == null ? null : PkgSum.formOf(hash);
    if (hash == null || form == null) {
      return null;
    }
    MessageDigest digest = form.algorithm().digest();
    byte[] buffer = new byte[1 << 16];
    for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
      digest.update(buffer, 0, n);
    }
    String actual =
        form.write(Checksum.of(form.algorithm(), digest).bytes()).substring(0, PkgSum.PREFIX);
    return actual.equals(hash)
        ? null
        : "its checksum starts with " + actual + ", but its name says " + hash;
  }

  @Override
  public List<RelPath> indexesOf(RelPath path, String mirror) {
    return Place.of(path) instanceof Place.Archive(RelPath root, _) && !isLatest(root)
        ? List.of(root.resolve("data.pkg"), root.resolve("packagesite.pkg"))
        : List.of();
  }

  @Override
  public @Nullable String packageName(RelPath path) {
    return Place.of(path) instanceof Place.Archive(_, PkgFileName name) ? name.name() : null;
  }

  @Override
  public boolean namesPackages(RelPath index) {
    return Place.of(index) instanceof Place.Packed(_, Place.Stem stem) && stem.namesPackages();
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if `index` is not an index's path
  @Override
  public void read(RelPath index, InputStream bytes, Promises promises) throws IOException {
    switch (Place.of(index)) {
      case Place.Meta _ -> MetaConf.check(index.value(), text(bytes));
      case Place.Packed(RelPath root, Place.Stem stem) ->
          CatalogueArchive.read(
              index.value(),
              bytes,
              (where, _, payload) -> {
                switch (stem) {
                  case DATA -> PackageRecords.readData(where, root, payload, promises);
                  case PACKAGESITE -> PackageRecords.readLines(where, root, payload, promises);
                  case META -> MetaConf.check(where, text(payload));
                  case FILES, FILESITE, DIGESTS -> TextPayload.check(where, payload);
                }
              });
      case Place.Bootstrap(_, _, Place.Part part) -> readBootstrap(index, part, bytes);
      case Place.Archive _, Place.Elsewhere _ ->
          throw new IllegalArgumentException("not an index of pkg's: " + index);
    }
  }

  private static byte[] text(InputStream bytes) throws IOException {
    return bytes.readNBytes(UclReader.MAX_SIZE + 1);
  }

  private static void readBootstrap(RelPath index, Place.Part part, InputStream bytes)
      throws IOException {
    switch (part) {
      case PACKAGE -> PackageArchive.check(index.value(), bytes, MAX_PACKED);
      case SIGNATURE ->
          BootstrapSignature.read(index.value(), bytes.readNBytes(BootstrapSignature.MAX_SIZE + 1));
      case PUBKEYSIG -> {
        byte[] signature = bytes.readNBytes(BootstrapSignature.MAX_SIZE + 1);
        if (signature.length > BootstrapSignature.MAX_SIZE || !beginsPubkeysig(signature)) {
          throw new InvalidIndex(index + ": is not a signature");
        }
      }
    }
  }

  @Override
  public long maxSize(RelPath path) {
    return switch (Place.of(path)) {
      case Place.Meta _ -> MAX_META;
      case Place.Packed(_, Place.Stem stem) -> stem == Place.Stem.META ? MAX_META : MAX_PACKED;
      case Place.Bootstrap(_, _, Place.Part part) ->
          part == Place.Part.PACKAGE ? MAX_PACKED : BootstrapSignature.MAX_SIZE;
      case Place.Archive _, Place.Elsewhere _ -> -1;
    };
  }

  /// {@inheritDoc}
  ///
  /// Archives may be packed in any way behind any suffix: clients look at the bytes.
  @Override
  public boolean plausible(RelPath path, byte[] start) {
    return switch (Place.of(path)) {
      case Place.Meta _ -> beginsMeta(start);
      case Place.Packed _, Place.Archive _ -> beginsArchive(start);
      case Place.Bootstrap(_, _, Place.Part part) ->
          switch (part) {
            case PACKAGE -> beginsArchive(start);
            case SIGNATURE -> {
              String text = new String(start, StandardCharsets.ISO_8859_1);
              yield text.startsWith("SIGNATURE\n") || text.startsWith("TYPE\n");
            }
            case PUBKEYSIG -> beginsPubkeysig(start);
          };
      case Place.Elsewhere _ -> true;
    };
  }

  private static boolean beginsArchive(byte[] start) {
    Compression compression = Compression.of(start);
    return compression != null && compression.isReadable();
  }

  private static boolean beginsMeta(byte[] start) {
    for (byte b : start) {
      if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t') {
        return false;
      }
    }
    return start.length > 0 && !isPage(start);
  }

  // A signature of 128 bytes or more that happens to be readable text is no signature.
  private static boolean beginsPubkeysig(byte[] start) {
    if (start.length < 64 || isPage(start)) {
      return false;
    }
    for (byte b : start) {
      if (b < 0x20 && b != '\n' && b != '\r' && b != '\t') {
        return true;
      }
    }
    return false;
  }

  private static boolean isPage(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return PAGE.matcher(text).matches();
  }

  private static boolean isLatest(RelPath root) {
    return root.fileName().equals(Place.LATEST);
  }

  private static RelPath beside(RelPath pkg, Place.Part part) {
    return new RelPath(pkg + part.suffix());
  }
}
