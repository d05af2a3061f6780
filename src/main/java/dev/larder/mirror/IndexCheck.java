package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.mirror.MirrorSettings.Verify;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.Member;
import dev.larder.sign.Keyring;
import dev.larder.sign.SignaturePair;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a set that was fetched may be served: its signatures fit what they sign, and are by a
/// trusted key where a keyring is configured. That the indexes are well-formed was found while they
/// were read.
final class IndexCheck implements Fills.PackageCheck {
  private static final Logger LOG = LoggerFactory.getLogger(IndexCheck.class);

  private final Format format;
  private final @Nullable Keyring keyring;
  private final Verify verify;
  private final SignatureSource signatures;

  /// @param keyring trusted keys, or null if no signature is checked
  /// @param signatures where a package's signature is found
  IndexCheck(Format format, @Nullable Keyring keyring, Verify verify, SignatureSource signatures) {
    this.format = format;
    this.keyring = verify == Verify.OFF ? null : keyring;
    this.verify = verify;
    this.signatures = signatures;
  }

  /// Finds the detached signature of a package.
  interface SignatureSource {
    /// The signature's bytes, or null if there is none.
    ///
    /// @throws IOException if it cannot be had now
    byte @Nullable [] signatureOf(RelPath packagePath) throws IOException;

    /// The signature was no good: the next look asks upstream again, which may have been caught
    /// between the two files.
    ///
    /// @throws IOException if the disk fails
    void forgetSignatureOf(RelPath packagePath) throws IOException;

    /// Whether an index that is signed itself promises the package: its checksum then vouches for
    /// it.
    boolean isVouchedFor(RelPath packagePath);
  }

  /// Whether every signature of the draft was made over the index it lies beside. A publication
  /// that we caught between its two files does not; that needs no key to be seen.
  boolean fitTogether(Draft draft) throws IOException {
    for (Member member : draft.members()) {
      if (format.kind(member.path()) instanceof PathKind.IndexSignature signature
          && draft.member(signature.of()) != null) {
        byte[] bytes = Files.readAllBytes(draft.file(member.path()));
        try (InputStream signed = open(draft.file(signature.of()))) {
          if (!SignaturePair.fits(signed, bytes)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// Why the draft must not be served, or null.
  @Nullable String refusal(Draft draft) throws IOException {
    Keyring keys = keyring;
    if (keys == null) {
      return null;
    }
    for (Member member : draft.members()) {
      if (!(format.kind(member.path()) instanceof PathKind.Index)) {
        continue;
      }
      RelPath signature = format.signatureOf(member.path());
      Member signed = signature == null ? null : draft.member(signature);
      if (signed == null) {
        // Unsigned databases are the rule on Arch; their packages are signed one by one.
        continue;
      }
      try (InputStream bytes = open(draft.file(member.path()))) {
        String fault =
            fault(keys, bytes, Files.readAllBytes(draft.file(signed.path())), member.path());
        if (fault != null) {
          return fault;
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable String refusal(FillOrder order, Path file) {
    Keyring keys = keyring;
    if (keys == null
        || !(format.kind(order.path()) instanceof PathKind.PackageFile)
        || (order.promise().provable() && signatures.isVouchedFor(order.path()))) {
      return null;
    }
    try {
      byte[] signature = signatures.signatureOf(order.path());
      if (signature == null) {
        return decide(order.path() + " has no signature");
      }
      try (InputStream bytes = open(file)) {
        String fault = fault(keys, bytes, signature, order.path());
        if (fault != null) {
          signatures.forgetSignatureOf(order.path());
        }
        return fault;
      }
    } catch (IOException e) {
      return decide("the signature of " + order.path() + " cannot be had: " + e.getMessage());
    }
  }

  private @Nullable String fault(Keyring keys, InputStream signed, byte[] signature, RelPath path)
      throws IOException {
    return switch (keys.verify(signed, signature)) {
      case Keyring.Verdict.Good _ -> null;
      case Keyring.Verdict.Bad bad -> decide("signature of " + path + ": " + bad.why());
    };
  }

  private @Nullable String decide(String fault) {
    if (verify == Verify.REQUIRE) {
      return fault;
    }
    LOG.warn("{} (verify = \"warn\": served all the same)", fault);
    return null;
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }
}
