package dev.larder.format.pacman;

import com.github.luben.zstd.ZstdOutputStream;
import dev.larder.format.Compression;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// Writes tar archives member by member, packed as asked, and reads databases into maps.
final class Archive {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar =
      new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

  Archive() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
  }

  /// A database with one member.
  static byte[] withDesc(String directory, String text) throws IOException {
    return new Archive().add(directory + "/desc", text).packed(Compression.GZIP);
  }

  Archive add(String name, String text) throws IOException {
    return add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  Archive add(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    return add(entry, content);
  }

  Archive add(TarArchiveEntry entry, byte[] content) throws IOException {
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    return this;
  }

  /// A global header: what it says holds for all members behind it.
  Archive addGlobal(String key, String value) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("g", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER);
    entry.addPaxHeader(key, value);
    tar.putArchiveEntry(entry);
    return this;
  }

  Archive addDirectory(String name) throws IOException {
    return add(new TarArchiveEntry(name + "/"), new byte[0]);
  }

  byte[] plain() throws IOException {
    tar.close();
    return bytes.toByteArray();
  }

  byte[] packed(Compression compression) throws IOException {
    return pack(compression, plain());
  }

  static byte[] pack(Compression compression, byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = packer(compression, packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private static OutputStream packer(Compression compression, OutputStream to) throws IOException {
    return switch (compression) {
      case GZIP -> new GZIPOutputStream(to);
      case ZSTD -> new ZstdOutputStream(to).setChecksum(true);
      case XZ -> new XZOutputStream(to, new LZMA2Options());
      case BZIP2 -> new BZip2CompressorOutputStream(to);
      case LZ4 -> new FramedLZ4CompressorOutputStream(to);
      case NONE -> to;
      case LRZIP, LZOP, COMPRESS, LZIP -> throw new IllegalArgumentException(compression.name());
    };
  }

  /// What the database `bytes` at `index` promises.
  static Map<String, Expected> promises(String index, byte[] bytes) throws IOException {
    Map<String, Expected> promises = new LinkedHashMap<>();
    new PacmanFormat()
        .read(
            new RelPath(index),
            new ByteArrayInputStream(bytes),
            (path, expected) -> {
              if (promises.put(path.value(), expected) != null) {
                throw new AssertionError("promised twice: " + path);
              }
            });
    return promises;
  }
}
