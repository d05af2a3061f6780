package dev.larder.repo;

import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.sign.OpenPgpSigner;
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
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Uploads on their way into a repository: written, read and signed, and being synced, before
/// anything waits for them.
final class Incoming {
  private static final int READERS = 4;

  /// Files that are synced at a time. Each sync alone waits for the disk; a journal takes what
  /// comes at the same time in one turn.
  private static final int SYNCS = 16;

  private final Path directory;
  private final RepositoryFormat format;
  private final SignerSource signers;
  private final Semaphore reading = new Semaphore(READERS);
  private final Semaphore syncs = new Semaphore(SYNCS);

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

  /// What syncs the files of one batch.
  Syncing syncing() {
    return new Syncing(syncs);
  }

  /// Takes an upload.
  ///
  /// @param batch of [#batch]
  /// @param file name for the bytes in it, ours
  /// @param original the name it was uploaded under
  /// @param bytes read to their end
  /// @param promised what their checksum must be, or null
  /// @param syncing makes them durable, and their signature
  /// @throws InvalidPackage if they are no package that can be hosted, or not what was promised
  /// @throws IOException if they cannot be read or written
  Staged take(
      Path batch,
      String file,
      String original,
      InputStream bytes,
      @Nullable Checksum promised,
      Syncing syncing)
      throws IOException {
    Path place = batch.resolve(file);
    try {
      write(place, bytes);
      Staged staged = stage(place, original, read(place, original, promised), syncing);
      syncing.begin(place);
      return staged;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(place);
      throw e;
    }
  }

  private static void write(Path place, InputStream bytes) throws IOException {
    try (FileChannel channel =
            FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      bytes.transferTo(out);
    }
  }

  private PackageRecord read(Path file, String original, @Nullable Checksum promised)
      throws IOException {
    try {
      PackageRecord known = read(file);
      if (promised == null || promised.equals(known.sha256())) {
        return known;
      }
    } catch (InvalidPackage e) {
      if (promised == null || promised.equals(Checksum.sha256(file))) {
        throw e;
      }
    }
    throw new InvalidPackage(
        "%s arrived with other bytes than it was sent with; send it again".formatted(original));
  }

  /// Reads and signs a file that lies in a batch and is synced. So is the signature.
  Staged stage(Path file, String original) throws IOException {
    return new Staged(file, original, read(file), sign(file));
  }

  /// Signs a file that lies in a batch, and of which all is known.
  ///
  /// @param syncing makes the signature durable
  Staged stage(Path file, String original, PackageRecord known, Syncing syncing)
      throws IOException {
    return new Staged(file, original, known, sign(file, syncing));
  }

  /// Some at a time: what a package makes its reader hold is bounded, but it is not little.
  private PackageRecord read(Path file) throws IOException {
    reading.acquireUninterruptibly();
    try {
      return format.read(file);
    } finally {
      reading.release();
    }
  }

  /// The same with a signature by the present key: keys can be exchanged while a batch is open.
  Staged signedByPresentKey(Staged staged) throws IOException {
    Staged.Signature signature = staged.signature();
    boolean fits = signature == null ? !signs() : signature.by().equals(signer());
    return fits ? staged : staged.withSignature(sign(staged.file()));
  }

  /// Whether packages get signatures.
  boolean signs() throws IOException {
    return signer() != null;
  }

  private @Nullable String signer() throws IOException {
    OpenPgpSigner signer = openPgp();
    return signer == null ? null : signer.fingerprint();
  }

  /// What signs packages at present; null if nothing does.
  private @Nullable OpenPgpSigner openPgp() throws IOException {
    Signers keys = signers.signers();
    return format.hasPackageSignatures() && !keys.openPgp().isEmpty()
        ? keys.openPgp().getFirst()
        : null;
  }

  /// Makes the signature of a package, synced; null if there is to be none.
  private Staged.@Nullable Signature sign(Path file) throws IOException {
    Syncing syncing = syncing();
    Staged.Signature signature = sign(file, syncing);
    syncing.await();
    return signature;
  }

  private Staged.@Nullable Signature sign(Path file, Syncing syncing) throws IOException {
    OpenPgpSigner signer = openPgp();
    if (signer == null) {
      return null;
    }
    byte[] bytes = signer.sign(file);
    Path place = file.resolveSibling(file.getFileName() + PackageList.SIGNATURE);
    Files.write(place, bytes);
    syncing.begin(place);
    return new Staged.Signature(place, bytes, signer.fingerprint());
  }

  /// Makes the signature of a package by the present key; null if there is to be none.
  byte @Nullable [] signature(Path file) throws IOException {
    OpenPgpSigner signer = openPgp();
    return signer == null ? null : signer.sign(file);
  }
}
