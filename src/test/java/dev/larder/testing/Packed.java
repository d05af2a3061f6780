package dev.larder.testing;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/// Archives and compressed bytes, made and read as the tools do.
final class Packed {
  private Packed() {}

  /// Writes to a stream.
  interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private interface Packer {
    OutputStream around(OutputStream out) throws IOException;
  }

  private interface Unpacker {
    InputStream around(InputStream in) throws IOException;
  }

  /// A tar of these members, in their order, packed.
  ///
  /// @param members by name; names may be absolute
  static byte[] tar(FreeBsdShape.Packing packing, Map<String, byte[]> members) {
    return through(
        packer(packing),
        out -> {
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
          for (Map.Entry<String, byte[]> member : members.entrySet()) {
            TarArchiveEntry entry =
                new TarArchiveEntry(member.getKey(), TarConstants.LF_NORMAL, true);
            entry.setSize(member.getValue().length);
            entry.setModTime(0L);
            entry.setUserName("root");
            entry.setGroupName("wheel");
            tar.putArchiveEntry(entry);
            tar.write(member.getValue());
            tar.closeArchiveEntry();
          }
          tar.finish();
        });
  }

  private static Packer packer(FreeBsdShape.Packing packing) {
    return switch (packing) {
      case ZSTD -> out -> new ZstdOutputStream(out, 1);
      case XZ -> out -> new XZOutputStream(out, new LZMA2Options(0));
      case GZIP -> GZIPOutputStream::new;
      case BZIP2 -> out -> new BZip2CompressorOutputStream(out, 1);
      case NONE -> out -> out;
    };
  }

  /// `bytes` by gzip.
  static byte[] gzip(byte[] bytes) {
    return through(GZIPOutputStream::new, out -> out.write(bytes));
  }

  /// `bytes` by bzip2.
  static byte[] bzip2(byte[] bytes) {
    return through(out -> new BZip2CompressorOutputStream(out, 1), out -> out.write(bytes));
  }

  private static byte[] through(Packer packer, Writing writing) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream out = packer.around(bytes)) {
        writing.to(out);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The members of an archive, however it is packed; found out by its first bytes, as libarchive
  /// does.
  ///
  /// @throws IOException if it is none
  static Map<String, byte[]> members(byte[] archive) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    InputStream bytes = new ByteArrayInputStream(archive);
    try (TarArchiveInputStream tar = new TarArchiveInputStream(unpacker(archive).around(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        members.put(entry.getName(), tar.readAllBytes());
      }
    }
    return members;
  }

  private static Unpacker unpacker(byte[] start) {
    int magic = start.length < 4 ? 0 : ((start[0] & 0xff) << 8) | (start[1] & 0xff);
    return switch (magic) {
      case 0x28b5 -> ZstdInputStream::new;
      case 0xfd37 -> XZInputStream::new;
      case 0x1f8b -> GZIPInputStream::new;
      case 0x425a -> BZip2CompressorInputStream::new;
      default -> in -> in;
    };
  }

  /// What was packed by gzip.
  ///
  /// @throws IOException if it is damaged
  static byte[] gunzip(byte[] bytes) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }

  /// What was packed by bzip2.
  ///
  /// @throws IOException if it is damaged
  static byte[] bunzip2(byte[] bytes) throws IOException {
    try (InputStream in = new BZip2CompressorInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }
}
