package dev.larder.format.freebsd;

import dev.larder.format.Compression;
import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The releases and snapshots of FreeBSD below `/pub/FreeBSD`, for bsdinstall, Bastille and whoever
/// fetches an image: archives that a `MANIFEST` names, and images that `CHECKSUM` files name. None
/// of these indexes is signed, and names are used again: a snapshot changes every week in place.
///
/// FreeBSD gives two checksums of each image, in two files. Only the SHA-256 is promised: what
/// holds for a path must not depend on which of the two files a client has asked for.
public final class FreeBsdReleasesFormat implements Format {
  private static final long MAX_MANIFEST = 256 << 10;

  /// The format; it has no state.
  public FreeBsdReleasesFormat() {}

  @Override
  public String name() {
    return "freebsd-releases";
  }

  @Override
  public PathKind kind(RelPath path) {
    if (isIndex(path)) {
      return new PathKind.Index();
    }
    return ReleasePath.isPackage(path) ? new PathKind.PackageFile(false) : new PathKind.Other();
  }

  private static boolean isIndex(RelPath path) {
    return ReleasePath.isManifest(path) || ReleasePath.isChecksums(path);
  }

  @Override
  public RelPath rootOf(RelPath path) {
    return isIndex(path) || ReleasePath.isPackage(path) ? path.parent() : RelPath.ROOT;
  }

  @Override
  public List<RelPath> core(RelPath root) {
    RelPath leader = leader(root);
    return leader == null ? List.of() : List.of(leader);
  }

  /// {@inheritDoc}
  ///
  /// In a directory of images each file of checksums stands for itself, since each is of another
  /// build.
  @Override
  public @Nullable RelPath leader(RelPath root) {
    return root.isRoot() || ReleasePath.isOfImages(root)
        ? null
        : root.resolve(ReleasePath.MANIFEST);
  }

  @Override
  public List<RelPath> indexesOf(RelPath path, String mirror) {
    return ReleasePath.isPackage(path) ? ReleasePath.indexesOf(path) : List.of();
  }

  /// {@inheritDoc}
  ///
  /// Always null: archives and images are too large to be brought before anybody asks again.
  @Override
  public @Nullable String packageName(RelPath path) {
    return null;
  }

  @Override
  public boolean namesPackages(RelPath index) {
    return ReleasePath.isManifest(index)
        || (ReleasePath.isChecksums(index) && ReleasePath.algorithm(index) == Algorithm.SHA256);
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if `index` is not the path of one
  @Override
  public void read(RelPath index, InputStream bytes, Promises promises) throws IOException {
    if (ReleasePath.isManifest(index)) {
      NamedChecksums.readManifest(index, bytes, promises);
    } else {
      NamedChecksums.readChecksums(index, bytes, promises);
    }
  }

  @Override
  public long maxSize(RelPath path) {
    if (ReleasePath.isManifest(path)) {
      return MAX_MANIFEST;
    }
    return ReleasePath.isChecksums(path) ? NamedChecksums.MAX_SIZE : -1;
  }

  @Override
  public boolean plausible(RelPath path, byte[] start) {
    if (isIndex(path)) {
      return FirstBytes.isText(start) && !FirstBytes.isPage(start);
    }
    if (!ReleasePath.isPackage(path)) {
      return true;
    }
    Compression packed = compression(path.fileName());
    return packed == null ? start.length > 0 && !FirstBytes.isPage(start) : packed.begins(start);
  }

  private static @Nullable Compression compression(String fileName) {
    String extension = fileName.substring(fileName.lastIndexOf('.') + 1);
    return switch (extension) {
      case "xz", "txz" -> Compression.XZ;
      case "gz", "tgz" -> Compression.GZIP;
      case "bz2", "tbz" -> Compression.BZIP2;
      case "zst", "tzst" -> Compression.ZSTD;
      default -> null;
    };
  }
}
