package dev.larder.backup;

import dev.larder.format.Compression;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/// Writes a backup: a tar archive (POSIX, so that any tar can read it), packed with zstd or, where
/// that is missing, gzip. What it says of itself comes first, the list of all files last: a backup
/// that was cut off lacks the list and is refused.
public final class BackupWriter implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final TarArchiveOutputStream tar;
  private final Contents contents;
  private final Instant now;
  private final byte[] buffer = new byte[BUFFER];

  private BackupWriter(TarArchiveOutputStream tar, Contents contents, Instant now) {
    this.tar = tar;
    this.contents = contents;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
  }

  /// Begins a backup.
  ///
  /// @param out is closed with the writer
  public static BackupWriter open(OutputStream out, About about) throws IOException {
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(packed(out), StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    BackupWriter writer = new BackupWriter(tar, new Contents(), about.created());
    byte[] bytes = about.bytes();
    writer.begin(About.ENTRY, bytes.length, FileTime.from(writer.now), false);
    tar.write(bytes);
    tar.closeArchiveEntry();
    return writer;
  }

  private static OutputStream packed(OutputStream out) throws IOException {
    try {
      return Compression.ZSTD.pack(out);
    } catch (IOException e) {
      return Compression.GZIP.pack(out); // this machine has no zstd
    }
  }

  /// Adds a file.
  ///
  /// @return false if there is none any more; nothing was written then
  /// @throws IOException if it cannot be read or the backup cannot be written
  public boolean add(Item item) throws IOException {
    switch (item) {
      case Item.Captured captured -> {
        byte[] bytes = captured.bytes();
        add(item.path(), new ByteArrayInputStream(bytes), bytes.length, FileTime.from(now));
      }
      case Item.Opened opened -> {
        try (FileChannel channel = opened.channel()) {
          InputStream in = Channels.newInputStream(channel);
          add(item.path(), in, channel.size(), opened.modified());
        }
      }
      case Item.Stored stored -> {
        try (FileChannel channel = open(stored.file())) {
          if (channel == null) {
            return false;
          }
          FileTime modified = Files.getLastModifiedTime(stored.file());
          add(item.path(), Channels.newInputStream(channel), channel.size(), modified);
        } catch (NoSuchFileException e) {
          return false; // between the opening and the question for its time
        }
      }
    }
    return true;
  }

  private static @Nullable FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void begin(String name, long size, FileTime modified, boolean isPublic)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setMode(isPublic ? 0100644 : 0100600);
    entry.setLastModifiedTime(FileTime.from(modified.toInstant().truncatedTo(ChronoUnit.SECONDS)));
    tar.putArchiveEntry(entry);
  }

  private void add(RelPath path, InputStream in, long size, FileTime modified) throws IOException {
    MessageDigest digest = sha256();
    begin(path.value(), size, modified, path.value().startsWith(Place.TREE));
    long left = size;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, BUFFER));
      if (n < 0) {
        throw new IOException(path + " became shorter while it was read; try again");
      }
      tar.write(buffer, 0, n);
      digest.update(buffer, 0, n);
      left -= n;
    }
    tar.closeArchiveEntry();
    contents.add(path, size, checksum(digest));
  }

  static Checksum checksum(MessageDigest digest) {
    return new Checksum(Checksum.Algorithm.SHA256, HexFormat.of().formatHex(digest.digest()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }

  /// How many files were added.
  public long files() {
    return contents.files();
  }

  /// How many bytes they have.
  public long bytes() {
    return contents.bytes();
  }

  /// Writes the list and the end. Without this it is no backup.
  public void finish() throws IOException {
    begin(Contents.ENTRY, contents.size(), FileTime.from(now), false);
    try (InputStream list = contents.open()) {
      list.transferTo(tar);
    }
    tar.closeArchiveEntry();
    tar.finish();
    tar.flush();
  }

  @Override
  public void close() throws IOException {
    try (contents) {
      tar.close();
    }
  }
}
