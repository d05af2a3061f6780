package dev.larder.backup;

import dev.larder.format.Compression;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/// Reads a backup from its start to its end, and only then says that it is one.
public final class BackupReader {
  private BackupReader() {}

  /// Who looks at what is read. Nothing of it may be believed before [BackupReader#read] returns.
  public interface Visitor {
    /// The backup begins.
    ///
    /// @throws IOException if it is not wanted
    void begins(About about) throws IOException;

    /// A file.
    ///
    /// @param bytes need not be read to the end
    /// @throws IOException if it cannot be taken
    void file(RelPath path, long size, FileTime modified, InputStream bytes) throws IOException;
  }

  /// What was read.
  ///
  /// @param files how many files
  /// @param bytes how many bytes they have
  public record Outcome(About about, long files, long bytes) {}

  /// Reads a backup.
  ///
  /// @throws DamagedBackup if it is not whole, not what was written, not one at all, or of a newer
  ///   layout; what the visitor was given is to be thrown away then
  /// @throws IOException if the visitor fails
  public static Outcome read(InputStream in, Visitor visitor) throws IOException {
    try (Contents found = new Contents();
        InputStream unpacked = unpacked(in);
        TarArchiveInputStream tar = tar(unpacked)) {
      TarArchiveEntry first = next(tar);
      if (first == null || !first.getName().equals(About.ENTRY) || !isFile(first)) {
        throw new DamagedBackup("it is not a backup of Larder");
      }
      About about = About.read(new Careful(tar), first.getSize());
      if (about.layout() > Layout.VERSION) {
        throw new DamagedBackup(
            "it has layout version %d, this larder knows version %d; restore it with Larder %s or newer"
                .formatted(about.layout(), Layout.VERSION, about.larder()));
      }
      visitor.begins(about);
      TarArchiveEntry entry = next(tar);
      while (entry != null && !entry.getName().equals(Contents.ENTRY)) {
        file(entry, tar, found, visitor);
        entry = next(tar);
      }
      if (entry == null) {
        throw new DamagedBackup("it is cut short: the list at its end is missing");
      }
      if (!found.equalTo(new Careful(tar))) {
        throw new DamagedBackup(
            "its files are not those that were written: their checksums differ");
      }
      if (next(tar) != null) {
        throw new DamagedBackup("it goes on after its end");
      }
      drain(new Careful(unpacked));
      return new Outcome(about, found.files(), found.bytes());
    }
  }

  private static void file(
      TarArchiveEntry entry, TarArchiveInputStream tar, Contents found, Visitor visitor)
      throws IOException {
    String name = entry.getName();
    RelPath path = Place.of(name);
    if (!isFile(entry)) {
      throw new DamagedBackup(name + " in it is no plain file; nothing of it is taken");
    }
    MessageDigest digest = BackupWriter.sha256();
    InputStream bytes = new DigestInputStream(new Careful(tar), digest);
    visitor.file(path, entry.getSize(), entry.getLastModifiedTime(), bytes);
    drain(bytes);
    found.add(path, entry.getSize(), BackupWriter.checksum(digest));
  }

  private static boolean isFile(TarArchiveEntry entry) {
    return entry.isFile()
        && !entry.isSymbolicLink()
        && !entry.isLink()
        && !entry.isSparse()
        && !entry.isDirectory();
  }

  private static void drain(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    while (in.read(buffer) >= 0) {
      // Read for its checksum.
    }
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    InputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(Compression.SNIFFED);
    byte[] start = buffered.readNBytes(Compression.SNIFFED);
    buffered.reset();
    Compression compression = Compression.of(start);
    if (compression != Compression.ZSTD && compression != Compression.GZIP) {
      throw new DamagedBackup(
          start.length == 0
              ? "it is empty"
              : "it is not a backup of Larder, or it is encrypted: decrypt it first");
    }
    return compression.open(buffered);
  }

  private static TarArchiveInputStream tar(InputStream unpacked) {
    return new TarArchiveInputStream(unpacked, StandardCharsets.UTF_8.name());
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws DamagedBackup {
    try {
      return tar.getNextEntry();
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static DamagedBackup damaged(Exception e) {
    return new DamagedBackup("it is damaged or cut short (%s)".formatted(e.getMessage()), e);
  }

  /// What fails in reading is the backup's fault, not that of whoever takes the bytes.
  private static final class Careful extends FilterInputStream {
    Careful(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (IOException | RuntimeException e) {
        throw damaged(e);
      }
    }
  }
}
