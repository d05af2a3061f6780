package dev.larder.format.freebsd;

import com.github.luben.zstd.ZstdOutputStream;
import dev.larder.format.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// Writes catalogue archives member by member, packed as asked.
final class CatalogueMaker {
  private static final int LEAST_XZ = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar =
      new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

  /// A `data.pkg` whose packages are these records.
  static byte[] data(String... records) throws IOException {
    return new CatalogueMaker().add("data", dataText(records)).packed(Compression.GZIP);
  }

  static byte[] dataText(String... records) {
    return Samples.utf8(
        "{\"groups\":[],\"expired_packages\":[],\"packages\":[" + String.join(",", records) + "]}");
  }

  /// A `packagesite.pkg` with these lines.
  static byte[] lines(String... records) throws IOException {
    return new CatalogueMaker()
        .add("packagesite.yaml", Samples.utf8(String.join("\n", records) + "\n"))
        .packed(Compression.GZIP);
  }

  CatalogueMaker add(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setModTime(1_795_000_000_000L);
    return add(entry, content);
  }

  CatalogueMaker add(TarArchiveEntry entry, byte[] content) throws IOException {
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    return this;
  }

  byte[] packed(Compression compression) throws IOException {
    tar.close();
    return pack(compression, bytes.toByteArray());
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
      case XZ -> new XZOutputStream(to, new LZMA2Options(LEAST_XZ));
      case BZIP2 -> new BZip2CompressorOutputStream(to);
      case LZ4 -> new FramedLZ4CompressorOutputStream(to);
      case NONE -> to;
      case LRZIP, LZOP, COMPRESS, LZIP -> throw new IllegalArgumentException(compression.name());
    };
  }
}
