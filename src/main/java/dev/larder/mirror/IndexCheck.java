package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.IndexTrust;
import dev.larder.format.PathKind;
import dev.larder.mirror.MirrorSettings.Verify;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.Member;
import dev.larder.sign.Keyring;
import dev.larder.sign.SignaturePair;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a set that was fetched may be served: its signatures fit what they sign, and are by a
/// trusted key where a keyring is configured. That the indexes are well-formed was found while they
/// were read.
final class IndexCheck implements Fills.PackageCheck {
  private static final Logger LOG = LoggerFactory.getLogger(IndexCheck.class);

  private final Format format;
  private final Supplier<Terms> terms;
  private final SignatureSource signatures;

  /// @param terms says which signatures are good, of files and inside indexes, and what to do about
  ///   others
  /// @param signatures where a package's signature is found
  IndexCheck(Format format, Supplier<Terms> terms, SignatureSource signatures) {
    this.format = format;
    this.terms = terms;
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

  /// Looks at a set as a whole: the draft, and what `current` has beside it.
  ///
  /// @param current the generation the draft is added to, or null if it stands for itself
  /// @return the set's own clock; empty if it states none
  /// @throws dev.larder.format.InvalidIndex if its members do not belong together
  OptionalLong examine(RelPath root, Draft draft, @Nullable Generation current) throws IOException {
    return format.examine(root, new Fetched(draft, current));
  }

  /// A draft, and what is in a generation beside it.
  private record Fetched(Draft draft, @Nullable Generation current) implements Format.IndexSet {
    private @Nullable Path file(RelPath index) throws IOException {
      if (draft.member(index) != null) {
        return draft.file(index);
      }
      Member known = current == null ? null : current.member(index);
      return known == null || current == null ? null : current.file(known);
    }

    @Override
    public boolean has(RelPath index) {
      return draft.member(index) != null || (current != null && current.member(index) != null);
    }

    @Override
    public InputStream open(RelPath index) throws IOException {
      Path file = file(index);
      if (file == null) {
        throw new NoSuchFileException(index.value());
      }
      return IndexCheck.open(file);
    }
  }

  /// Why the draft must not be served, or null.
  ///
  /// @param current the generation the draft is added to, or null if it stands for itself
  @Nullable String refusal(Draft draft, @Nullable Generation current) throws IOException {
    String inner = innerRefusal(draft, new Fetched(draft, current));
    Keyring keys = terms.get().checked().keyring();
    if (inner != null || keys == null) {
      return inner;
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

  /// What is wrong with the signatures inside the draft's indexes, or null.
  private @Nullable String innerRefusal(Draft draft, Fetched set) throws IOException {
    IndexTrust trusted = terms.get().checked().inner();
    if (trusted == null) {
      return null;
    }
    for (Member member : draft.members()) {
      switch (trusted.check(member.path(), set)) {
        case IndexTrust.Verdict.Good _ -> {}
        case IndexTrust.Verdict.Unchecked unchecked ->
            LOG.warn("{}: {}; clients check it", member.path(), unchecked.why());
        case IndexTrust.Verdict.Bad bad -> {
          String fault = decide("signature of " + member.path() + ": " + bad.why());
          if (fault != null) {
            return fault;
          }
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable String refusal(FillOrder order, Path file) {
    if (!order.promise().provable()) {
      try (InputStream bytes = open(file)) {
        String fault = format.fault(order.path(), bytes);
        if (fault != null) {
          return fault;
        }
      } catch (IOException e) {
        return "cannot be read: " + e.getMessage();
      }
    }
    Keyring keys = terms.get().checked().keyring();
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
    if (terms.get().settings().verify() == Verify.REQUIRE) {
      return fault;
    }
    LOG.warn("{} (verify = \"warn\": served all the same)", fault);
    return null;
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }
}
