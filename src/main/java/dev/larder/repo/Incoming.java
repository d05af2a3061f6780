package dev.larder.repo;

import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Uploads on their way into a repository: written, synced, read and signed, before anything waits
/// for them.
final class Incoming {
  private final Path directory;
  private final RepositoryFormat format;
  private final SignerSource signers;

  Incoming(Path directory, RepositoryFormat format, SignerSource signers) {
    this.directory = directory;
    this.format = format;
    this.signers = signers;
  }

  /// Whether something was under way when Larder was last stopped.
  boolean isUnfinished() {
    return Files.exists(directory);
  }

  /// Removes what was under way when Larder was last stopped: nobody was told that it is in. Run
  /// once at start, when the tree is tidy.
  void recover() throws IOException {
    Durable.deleteTree(directory);
  }

  /// A directory for the files of one batch.
  Path batch(String id) throws IOException {
    Path place = directory.resolve(id);
    Files.createDirectories(place);
    return place;
  }

  /// Removes what is left of a batch.
  void discard(String id) throws IOException {
    Durable.deleteTree(directory.resolve(id));
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      // Another batch is under way.
    }
  }

  /// Takes an upload.
  ///
  /// @param batch of [#batch]
  /// @param file name for the bytes in it, ours
  /// @param original the name it was uploaded under
  /// @param bytes read to their end
  /// @param promised what their checksum must be, or null
  /// @throws InvalidPackage if they are no package that can be hosted, or not what was promised
  /// @throws IOException if they cannot be read or written
  Staged take(
      Path batch, String file, String original, InputStream bytes, @Nullable Checksum promised)
      throws IOException {
    Path place = batch.resolve(file);
    MessageDigest digest = Checksum.Algorithm.SHA256.digest();
    try (FileChannel channel =
            FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
      bytes.transferTo(out);
      channel.force(true);
    }
    Checksum sha256 = Checksum.of(Checksum.Algorithm.SHA256, digest);
    if (promised != null && !promised.equals(sha256)) {
      Files.deleteIfExists(place);
      throw new InvalidPackage(
          "%s arrived with other bytes than it was sent with; send it again".formatted(original));
    }
    try {
      return stage(place, original);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(place);
      throw e;
    }
  }

  /// Reads and signs a file that lies in a batch and is synced.
  Staged stage(Path file, String original) throws IOException {
    PackageRecord read = format.read(file);
    Staged staged = new Staged(file, original, read, null);
    return staged.withSignature(sign(file));
  }

  private Staged.@Nullable Signature sign(Path file) throws IOException {
    byte[] bytes = signature(file);
    if (bytes == null) {
      return null;
    }
    Path place = file.resolveSibling(file.getFileName() + PackageList.SIGNATURE);
    Durable.write(place, bytes);
    return new Staged.Signature(place, bytes);
  }

  /// Makes the signature of a package by the present key; null if there is to be none.
  byte @Nullable [] signature(Path file) throws IOException {
    Signers keys = signers.signers();
    return format.hasPackageSignatures() && !keys.openPgp().isEmpty()
        ? keys.openPgp().getFirst().sign(file)
        : null;
  }
}
