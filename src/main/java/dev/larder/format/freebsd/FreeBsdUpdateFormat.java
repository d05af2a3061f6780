package dev.larder.format.freebsd;

import dev.larder.format.Compression;
import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.format.PathKind;
import dev.larder.format.TarMembers;
import dev.larder.sign.RecoveringKey;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.GzipMember;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What freebsd-update(8) reads: for each release and machine a signed pointer, `latest.ssl` with
/// its key `pub.ssl`, and thousands of small files that are named after their content. Follows
/// freebsd-update.sh and phttpget.c of FreeBSD 15.
///
/// The two pointers are one set; its clock is the patch level, since a client refuses one that is
/// smaller than what it has seen. Everything else proves itself or is a patch, and a patch that is
/// absent or wrong only costs the client the whole file.
public final class FreeBsdUpdateFormat implements Format {
  private static final String TAG = "latest.ssl";
  private static final String KEY = "pub.ssl";

  // An RSA signature is as long as its key: 512 to 8192 bits.
  private static final int MIN_TAG = 64;
  private static final int MAX_TAG = 1024;
  private static final int MAX_KEY = 16 << 10;
  private static final long MAX_METADATA_INDEX = 1 << 20;
  private static final long MAX_METADATA = 128L << 20;
  private static final long MAX_FILE = 1L << 30;
  private static final long MAX_UNPACKED_PATCH = 1L << 30;

  private static final Pattern METADATA_LINE = Pattern.compile("[0-9A-Za-z._-]+\\|[^|]*");

  /// The format; it has no state.
  public FreeBsdUpdateFormat() {}

  @Override
  public String name() {
    return "freebsd-update";
  }

  @Override
  public PathKind kind(RelPath path) {
    UpdatePath update = UpdatePath.orNull(path);
    if (update == null) {
      return new PathKind.Other();
    }
    return switch (update.part()) {
      case TAG, KEY -> new PathKind.Index();
      case METADATA_INDEX -> named(Algorithm.SHA256, update);
      case METADATA, FILE -> named(Algorithm.GUNZIPPED_SHA256, update);
      case METADATA_PATCH, FILE_PATCH -> new PathKind.Immutable();
    };
  }

  private static PathKind named(Algorithm algorithm, UpdatePath update) {
    return new PathKind.HashNamed(new Expected(-1, new Checksum(algorithm, update.hash())));
  }

  @Override
  public RelPath rootOf(RelPath path) {
    RelPath root = UpdatePath.rootOrNull(path);
    return root == null ? RelPath.ROOT : root;
  }

  @Override
  public List<RelPath> core(RelPath root) {
    return isRoot(root) ? List.of(root.resolve(TAG), root.resolve(KEY)) : List.of();
  }

  @Override
  public @Nullable RelPath leader(RelPath root) {
    return isRoot(root) ? root.resolve(TAG) : null;
  }

  private static boolean isRoot(RelPath root) {
    return root.equals(UpdatePath.rootOrNull(root));
  }

  /// {@inheritDoc}
  ///
  /// @return the patch level of the release
  @Override
  public OptionalLong examine(RelPath root, IndexSet set) throws IOException {
    if (!isRoot(root) || !set.has(root.resolve(TAG))) {
      return OptionalLong.empty();
    }
    RelPath tag = root.resolve(TAG);
    RelPath keyPath = root.resolve(KEY);
    if (!set.has(keyPath)) {
      throw new InvalidIndex(tag + ": cannot be checked, since there is no " + KEY + " beside it");
    }
    RecoveringKey key = RecoveringKey.ofPem(member(set, keyPath, MAX_KEY));
    if (key == null) {
      throw noKey(keyPath);
    }
    byte[] text = key.recover(member(set, tag, MAX_TAG));
    if (text == null) {
      throw new InvalidIndex(tag + ": is not signed with the key in the " + KEY + " beside it");
    }
    UpdateTag says = UpdateTag.orNull(text);
    if (says == null) {
      throw new InvalidIndex(
          tag
              + ": is signed, but says what no freebsd-update understands: "
              + TarMembers.shown(new String(text, StandardCharsets.ISO_8859_1).strip()));
    }
    if (!root.equals(RelPath.orNull(says.release() + "/" + says.machine()))) {
      throw new InvalidIndex(
          tag
              + ": is the pointer of another directory, "
              + TarMembers.shown(says.release() + "/" + says.machine()));
    }
    return OptionalLong.of(says.patchLevel());
  }

  private static byte[] member(IndexSet set, RelPath path, int max) throws IOException {
    try (InputStream in = set.open(path)) {
      return bounded(path, in, max);
    }
  }

  private static byte[] bounded(RelPath path, InputStream in, int max) throws IOException {
    byte[] bytes = in.readNBytes(max + 1);
    if (bytes.length > max) {
      throw new InvalidIndex(path + ": is longer than " + max + " bytes");
    }
    return bytes;
  }

  private static InvalidIndex noKey(RelPath path) {
    return new InvalidIndex(path + ": is not an RSA public key in PEM form");
  }

  @Override
  public @Nullable String fault(RelPath path, InputStream bytes) throws IOException {
    UpdatePath update = UpdatePath.orNull(path);
    if (update == null) {
      return null;
    }
    String fault =
        switch (update.part()) {
          case METADATA_PATCH -> GzipMember.faultOf(bytes, MAX_UNPACKED_PATCH);
          case FILE_PATCH -> BinaryPatch.faultOf(bytes);
          case TAG, KEY, METADATA_INDEX, METADATA, FILE -> null;
        };
    return fault == null ? null : path + " " + fault;
  }

  @Override
  public List<RelPath> indexesOf(RelPath path, String mirror) {
    return List.of();
  }

  /// {@inheritDoc}
  ///
  /// Always null: what a machine needs next is known by the metadata alone, which names no
  /// packages.
  @Override
  public @Nullable String packageName(RelPath path) {
    return null;
  }

  @Override
  public boolean namesPackages(RelPath index) {
    return false;
  }

  /// {@inheritDoc}
  ///
  /// Neither pointer promises anything; whether they belong together, [#examine] says.
  ///
  /// @throws IllegalArgumentException if `index` is neither of them
  @Override
  public void read(RelPath index, InputStream bytes, Promises promises) throws IOException {
    UpdatePath update = UpdatePath.orNull(index);
    UpdatePath.Part part = update == null ? null : update.part();
    if (part == UpdatePath.Part.TAG) {
      if (bounded(index, bytes, MAX_TAG).length < MIN_TAG) {
        throw new InvalidIndex(index + ": is shorter than any RSA signature");
      }
    } else if (part == UpdatePath.Part.KEY) {
      if (RecoveringKey.ofPem(bounded(index, bytes, MAX_KEY)) == null) {
        throw noKey(index);
      }
    } else {
      throw new IllegalArgumentException("not a pointer of freebsd-update: " + index);
    }
  }

  @Override
  public long maxSize(RelPath path) {
    UpdatePath update = UpdatePath.orNull(path);
    if (update == null) {
      return -1;
    }
    return switch (update.part()) {
      case TAG -> MAX_TAG;
      case KEY -> MAX_KEY;
      case METADATA_INDEX -> MAX_METADATA_INDEX;
      case METADATA, METADATA_PATCH -> MAX_METADATA;
      case FILE, FILE_PATCH -> MAX_FILE;
    };
  }

  @Override
  public boolean plausible(RelPath path, byte[] start) {
    UpdatePath update = UpdatePath.orNull(path);
    if (update == null) {
      return true;
    }
    return switch (update.part()) {
      case TAG -> start.length >= MIN_TAG && !FirstBytes.isPage(start);
      case KEY -> FirstBytes.isText(start) && !FirstBytes.isPage(start);
      case METADATA_INDEX -> FirstBytes.isText(start) && beginsMetadataIndex(start);
      case METADATA, FILE, METADATA_PATCH -> Compression.GZIP.begins(start);
      case FILE_PATCH -> FirstBytes.are(start, BinaryPatch.MAGIC);
    };
  }

  private static boolean beginsMetadataIndex(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1)
        .lines()
        .findFirst()
        .filter(line -> METADATA_LINE.matcher(line).matches())
        .isPresent();
  }
}
