package dev.larder.format;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/// How a tar archive is packed, known by its first bytes as libarchive knows it: pacman reads any
/// of them behind the name `core.db`, pkg behind `data.pkg`.
public enum Compression {
  GZIP(".gz", "1f8b"),
  ZSTD(".zst", "28b52ffd"),
  XZ(".xz", "fd377a585a00"),
  BZIP2(".bz2", "425a68"),
  LZ4(".lz4", "04224d18"),
  LRZIP(".lrz", "4c525a49"),
  LZOP(".lzo", "894c5a4f000d0a1a0a"),
  COMPRESS(".Z", "1f9d"),
  LZIP(".lz", "4c5a4950"),
  /// A bare tar archive.
  NONE("", "");

  /// What the head of a tar archive takes.
  public static final int SNIFFED = 512;

  // xz -9 needs 65 MiB; a header may ask for 1.5 GiB.
  private static final int XZ_MEMORY_KIB = 72 * 1024;
  private static final int ZSTD_LARGEST_WINDOW_LOG = 27;

  // A little better than zstd's default, at half its speed; what packs better is ten times slower.
  private static final int ZSTD_LEVEL = 9;

  private final String suffix;
  private final String magic;

  Compression(String suffix, String magic) {
    this.suffix = suffix;
    this.magic = magic;
  }

  /// The compression whose data begins with `start`, the first [#SNIFFED] bytes; null if it is none
  /// of these.
  public static @Nullable Compression of(byte[] start) {
    for (Compression compression : values()) {
      if (compression.begins(start)) {
        return compression;
      }
    }
    return null;
  }

  /// The compression `.suffix` after `.tar` stands for; null if none.
  public static @Nullable Compression named(String suffix) {
    for (Compression compression : values()) {
      if (compression.suffix.equals(suffix)) {
        return compression;
      }
    }
    return null;
  }

  /// What stands after `.tar` in the name of a file packed like this: `.zst`; empty for none.
  public String suffix() {
    return suffix;
  }

  /// Whether data of this kind can begin with `start`, the first [#SNIFFED] bytes.
  public boolean begins(byte[] start) {
    if (this == NONE) {
      return beginsTar(start);
    }
    return startsWith(start, magic) || (this == ZSTD && beginsSkippableFrame(start));
  }

  /// Whether an index packed like this can be read here.
  public boolean isReadable() {
    return switch (this) {
      case GZIP, ZSTD, XZ, BZIP2, LZ4, NONE -> true;
      case LRZIP, LZOP, COMPRESS, LZIP -> false;
    };
  }

  /// The unpacked bytes of `packed`. Several streams one after another are read as one, as
  /// libarchive does.
  ///
  /// @throws IOException if the head is damaged, or this platform lacks the library
  /// @throws IllegalStateException if it is not [#isReadable()]
  public InputStream open(InputStream packed) throws IOException {
    try {
      return switch (this) {
        case GZIP -> new GZIPInputStream(packed, 1 << 16);
        case ZSTD -> new ZstdInputStreamNoFinalizer(packed).setLongMax(ZSTD_LARGEST_WINDOW_LOG);
        case XZ -> new XZInputStream(packed, XZ_MEMORY_KIB);
        case BZIP2 -> new BZip2CompressorInputStream(packed, true);
        case LZ4 -> new FramedLZ4CompressorInputStream(packed, true);
        case NONE -> packed;
        case LRZIP, LZOP, COMPRESS, LZIP ->
            throw new IllegalStateException("no reader for " + suffix);
      };
    } catch (LinkageError e) {
      // zstd is native code; on a platform without it the file is not at fault.
      throw new IOException("this platform cannot unpack " + suffix + " files: " + e, e);
    }
  }

  /// A stream that packs what is written to it into `to`, always in the same way; closing it closes
  /// `to`.
  ///
  /// @throws IOException if `to` cannot be written, or this platform lacks the library
  /// @throws IllegalStateException if it is not [#isReadable()]
  public OutputStream pack(OutputStream to) throws IOException {
    try {
      return switch (this) {
        case GZIP -> new GZIPOutputStream(to, 1 << 16);
        case ZSTD -> new ZstdOutputStreamNoFinalizer(to, ZSTD_LEVEL).setChecksum(true);
        case XZ -> new XZOutputStream(to, new LZMA2Options());
        case BZIP2 -> new BZip2CompressorOutputStream(to);
        case LZ4 -> new FramedLZ4CompressorOutputStream(to);
        case NONE -> to;
        case LRZIP, LZOP, COMPRESS, LZIP ->
            throw new IllegalStateException("no writer for " + suffix);
      };
    } catch (LinkageError e) {
      throw new IOException("this platform cannot pack " + suffix + " files: " + e, e);
    }
  }

  private static boolean startsWith(byte[] start, String magic) {
    int length = magic.length() / 2;
    return start.length >= length && HexFormat.of().formatHex(start, 0, length).equals(magic);
  }

  // pzstd begins with a skippable frame, 184D2A50 to 184D2A5F, little-endian.
  private static boolean beginsSkippableFrame(byte[] start) {
    return start.length >= 4
        && (start[0] & 0xf0) == 0x50
        && start[1] == 0x2a
        && start[2] == 0x4d
        && start[3] == 0x18;
  }

  private static boolean beginsTar(byte[] start) {
    if (start.length < SNIFFED) {
      return false;
    }
    for (byte b : start) {
      if (b != 0) {
        return hasTarCheckSum(start);
      }
    }
    return true; // an empty archive is nothing but its end
  }

  private static boolean hasTarCheckSum(byte[] header) {
    try {
      return TarUtils.verifyCheckSum(header);
    } catch (IllegalArgumentException e) {
      return false; // where the sum stands is no number
    }
  }
}
