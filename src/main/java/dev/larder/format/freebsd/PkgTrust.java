package dev.larder.format.freebsd;

import dev.larder.format.Format;
import dev.larder.format.IndexTrust;
import dev.larder.sign.InvalidKeyring;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whom an operator trusts to sign the catalogues of pkg repositories: what is configured on a
/// client as `fingerprints` or as `pubkey`. RSA is checked; a signature of another kind is
/// [Verdict.Unchecked], and clients check it.
///
/// What is never signed is good: `meta.conf`, the `digests` of old repositories, and
/// `Latest/pkg.pkg`, whose signature lies beside it. That `.sig` is good if the key in it is
/// trusted, for [FreeBsdPkgFormat#examine] has shown that it fits the package. A `.pubkeysig` says
/// nothing without the package: alone it is unchecked, [#checkPubkeysig] judges both.
///
/// The files are looked at again with every check and read again if one changed. While they cannot
/// be read the keys read before stay, with a warning in the log. Safe for use by many threads.
public final class PkgTrust implements IndexTrust {
  private static final Logger LOG = LoggerFactory.getLogger(PkgTrust.class);

  private final TrustFiles files;

  /// Guards looking at the files; nobody waits for it, the others use the keys as they are.
  private final ReentrantLock looking = new ReentrantLock();

  private volatile State state;

  /// The keys, and from what they were read.
  ///
  /// @param complaint what was last logged about the files, not to be said again
  private record State(
      PkgKeys keys, Map<Path, TrustFiles.Stamp> stamps, @Nullable String complaint) {}

  private PkgTrust(TrustFiles files) throws InvalidKeyring {
    this.files = files;
    this.state = read(files);
  }

  /// The files that are read of a directory of fingerprints.
  ///
  /// @throws InvalidKeyring if they cannot be listed
  public static List<Path> fingerprintFiles(Path directory) throws InvalidKeyring {
    return List.copyOf(new TrustFiles.Directory(directory).stamps().keySet());
  }

  /// Trusts the public keys whose SHA-256 is in a file of `trusted` below `directory`, except those
  /// in `revoked`; `/usr/share/keys/pkg` on FreeBSD.
  ///
  /// @throws InvalidKeyring if it trusts nobody, or a file in it cannot be used
  public static PkgTrust fingerprints(Path directory) throws InvalidKeyring {
    return new PkgTrust(new TrustFiles.Directory(directory));
  }

  /// Trusts the RSA public key in the file `pem`.
  ///
  /// @throws InvalidKeyring if it cannot be read, or is no such key
  public static PkgTrust publicKey(Path pem) throws InvalidKeyring {
    return new PkgTrust(new TrustFiles.Pem(pem));
  }

  private static State read(TrustFiles files) throws InvalidKeyring {
    // Stamps first: a change while the keys are read is then seen the next time.
    Map<Path, TrustFiles.Stamp> stamps = files.stamps();
    return new State(files.read(), stamps, null);
  }

  /// {@inheritDoc}
  ///
  /// @throws IllegalArgumentException if `index` is not an index's path
  @Override
  public Verdict check(RelPath index, InputStream bytes) throws IOException {
    return switch (Place.of(index)) {
      case Place.Meta _ -> new Verdict.Good();
      case Place.Packed(_, Place.Stem stem) ->
          switch (stem) {
            case META, DIGESTS -> new Verdict.Good();
            case DATA, PACKAGESITE, FILES, FILESITE -> checkCatalogue(index, bytes);
          };
      case Place.Bootstrap(_, RelPath of, Place.Part part) ->
          switch (part) {
            case PACKAGE -> new Verdict.Good();
            case SIGNATURE ->
                keys()
                    .check(
                        BootstrapSignature.read(
                            index.value(), bytes.readNBytes(BootstrapSignature.MAX_SIZE + 1)));
            case PUBKEYSIG ->
                new Verdict.Unchecked(
                    "it says nothing without the " + of.fileName() + " beside it");
          };
      case Place.Archive _, Place.Elsewhere _ ->
          throw new IllegalArgumentException("not an index of pkg's: " + index);
    };
  }

  /// {@inheritDoc}
  ///
  /// A `.pubkeysig` is judged with the package beside it.
  @Override
  public Verdict check(RelPath index, Format.IndexSet set) throws IOException {
    if (!(Place.of(index) instanceof Place.Bootstrap(_, RelPath of, Place.Part part))
        || part != Place.Part.PUBKEYSIG
        || !set.has(of)) {
      return IndexTrust.super.check(index, set);
    }
    try (InputStream signature = set.open(index);
        InputStream pkg = set.open(of)) {
      return checkPubkeysig(pkg, signature.readNBytes(BootstrapSignature.MAX_SIZE + 1));
    }
  }

  private Verdict checkCatalogue(RelPath index, InputStream bytes) throws IOException {
    SignedDigest[] payload = new SignedDigest[1];
    Map<String, byte[]> signatures =
        CatalogueArchive.read(
            index.value(), bytes, (_, _, content) -> payload[0] = SignedDigest.of(content));
    return keys().check(signatures, payload[0]);
  }

  /// Whether `signature`, the bytes of a `Latest/pkg.pkg.pubkeysig`, was made over `pkg`, the file
  /// beside it, by the trusted public key. Without one it is [Verdict.Unchecked]: clients that
  /// trust fingerprints never ask for it.
  ///
  /// @param pkg read to its end if there is a key; not closed
  /// @throws IOException if `pkg` cannot be read
  Verdict checkPubkeysig(InputStream pkg, byte[] signature) throws IOException {
    return switch (keys()) {
      case PkgKeys.OneKey one ->
          one.isGood(SignedDigest.of(pkg), signature)
              ? new Verdict.Good()
              : new Verdict.Bad("it was not made over the package by the configured key");
      case PkgKeys.Fingerprints _ ->
          new Verdict.Unchecked(
              "it is for clients that have the public key, and fingerprints are configured");
    };
  }

  private PkgKeys keys() {
    if (looking.tryLock()) {
      try {
        lookAgain();
      } finally {
        looking.unlock();
      }
    }
    return state.keys;
  }

  private void lookAgain() {
    State before = state;
    try {
      if (!files.stamps().equals(before.stamps)) {
        state = read(files);
      }
    } catch (InvalidKeyring e) {
      if (!Objects.equals(e.getMessage(), before.complaint)) {
        LOG.warn("The keys read before stay in use: {}", e.getMessage());
      }
      state = new State(before.keys, before.stamps, e.getMessage());
    }
  }
}
