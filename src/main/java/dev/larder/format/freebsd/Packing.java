package dev.larder.format.freebsd;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/// How catalogues are packed. Clients tell by the bytes; `packing_format` only tells them what to
/// ask for where there is no `.pkg`.
enum Packing {
  ZSTD("tzst") {
    @Override
    OutputStream pack(OutputStream to) throws IOException {
      return new ZstdOutputStreamNoFinalizer(to, LEVEL).setChecksum(true);
    }
  },
  /// Where zstd's native library lacks.
  GZIP("tgz") {
    @Override
    OutputStream pack(OutputStream to) throws IOException {
      return new GZIPOutputStream(to, 1 << 16);
    }
  };

  private static final int LEVEL = 7;

  private final String id;

  Packing(String id) {
    this.id = id;
  }

  /// What `meta.conf` calls it.
  String id() {
    return id;
  }

  /// A stream that packs into `to`, and closes it.
  abstract OutputStream pack(OutputStream to) throws IOException;

  /// The best this machine can do.
  static Packing best() throws IOException {
    try (OutputStream probe = ZSTD.pack(OutputStream.nullOutputStream())) {
      probe.flush();
      return ZSTD;
    } catch (LinkageError e) {
      return GZIP;
    }
  }
}
