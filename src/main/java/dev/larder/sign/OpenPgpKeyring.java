package dev.larder.sign;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// OpenPGP public keys in a file, or in the `*.gpg`, `*.asc`, `*.key` and `*.pub` files of a
/// directory: binary or armored, any number in each; a keyring from `/usr/share/pacman/keyrings`,
/// or what `gpg --export` writes.
///
/// **Every key in these files is trusted to sign**, unless a file `NAME-revoked` beside `NAME.gpg`
/// lists its fingerprint, as pacman-key(8) has it; `NAME-trusted`, which ranks the keys of Arch's
/// own people by who may vouch for whom, is not looked at. So a directory should hold the keys of
/// one mirror's packagers and no others. A signature counts if its key was valid when it was made:
/// not expired, not revoked, and if a subkey, bound both ways to a primary key of which the same
/// holds. A key that expired since is no fault (pacman agrees); one revoked as compromised, or
/// without a reason, is one for all times. Signatures are binary ones of version 4 or later over a
/// SHA-2 or SHA-3 hash (RFC 9580).
///
/// Files are looked at again when a signature is checked, at most every [#LOOK_AGAIN], and read
/// again if one was added, removed or changed. While they cannot be read the keys read before stay,
/// with a warning in the log. Safe for use by many threads.
public final class OpenPgpKeyring implements Keyring {
  /// How old the knowledge of the files may be.
  public static final Duration LOOK_AGAIN = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(OpenPgpKeyring.class);

  private final KeyFiles files;
  private final InstantSource clock;

  /// Guards looking at the files; nobody waits for it, the others use the keys as they are.
  private final ReentrantLock looking = new ReentrantLock();

  private volatile State state;

  /// The keys, and from what and when they were read.
  ///
  /// @param complaint what was last logged about the files, not to be said again
  private record State(
      TrustedKeys keys,
      Map<Path, KeyFiles.Stamp> stamps,
      Instant looked,
      @Nullable String complaint) {}

  private OpenPgpKeyring(KeyFiles files, InstantSource clock, State state) {
    this.files = files;
    this.clock = clock;
    this.state = state;
  }

  /// Reads the keyring at `path`, a file or a directory.
  ///
  /// @throws InvalidKeyring if it cannot be read, holds no key or anything but public keys
  public static OpenPgpKeyring open(Path path) throws InvalidKeyring {
    return open(path, InstantSource.system());
  }

  /// Reads the keyring at `path`, a file or a directory.
  ///
  /// @param clock for signatures that expire, and for looking at the files again
  /// @throws InvalidKeyring if it cannot be read, holds no key or anything but public keys
  public static OpenPgpKeyring open(Path path, InstantSource clock) throws InvalidKeyring {
    KeyFiles files = new KeyFiles(path);
    return new OpenPgpKeyring(files, clock, read(files, clock));
  }

  private static State read(KeyFiles files, InstantSource clock) throws InvalidKeyring {
    // Stamps first: a change while the keys are read is then seen the next time.
    Map<Path, KeyFiles.Stamp> stamps = files.stamps();
    return new State(TrustedKeys.read(stamps.keySet()), stamps, clock.instant(), null);
  }

  /// The files of the keyring at `path` that are read; whatever else lies in its directory is not.
  ///
  /// @throws InvalidKeyring if there are none
  public static List<Path> files(Path path) throws InvalidKeyring {
    return List.copyOf(new KeyFiles(path).stamps().keySet());
  }

  /// How many primary keys are in the keyring and not listed as revoked beside it.
  public int size() {
    return state.keys.size();
  }

  /// Reads the files again now.
  ///
  /// @throws InvalidKeyring if that fails; the keys read before stay
  public void reload() throws InvalidKeyring {
    looking.lock();
    try {
      state = read(files, clock);
    } finally {
      looking.unlock();
    }
  }

  @Override
  public Verdict verify(InputStream signed, byte[] signature) throws IOException {
    lookAgain();
    DetachedSignatures signatures = DetachedSignatures.of(signature, state.keys, clock.instant());
    byte[] buffer = new byte[1 << 16];
    for (int n = signed.read(buffer); n >= 0; n = signed.read(buffer)) {
      signatures.update(buffer, n);
    }
    return signatures.verdict();
  }

  private void lookAgain() {
    Duration since = Duration.between(state.looked, clock.instant()).abs();
    if (since.compareTo(LOOK_AGAIN) < 0 || !looking.tryLock()) {
      return;
    }
    try {
      State before = state;
      try {
        Map<Path, KeyFiles.Stamp> stamps = files.stamps();
        state =
            stamps.equals(before.stamps)
                ? new State(before.keys, stamps, clock.instant(), null)
                : read(files, clock);
      } catch (InvalidKeyring e) {
        if (!Objects.equals(e.getMessage(), before.complaint)) {
          LOG.warn("The keys read before stay in use: {}", e.getMessage());
        }
        state = new State(before.keys, before.stamps, clock.instant(), e.getMessage());
      }
    } finally {
      looking.unlock();
    }
  }
}
