package dev.larder.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.jspecify.annotations.Nullable;

/// The keys of a keyring as they were when it was read.
///
/// A keyring of a distribution holds hundreds of self-signatures, a second's work, and most of it
/// is signatures by others. So a primary key with its subkeys is kept as the packets it came in,
/// and examined when something it signed is first checked.
final class TrustedKeys {
  /// Packets of each primary key and what belongs to it, by the primary's fingerprint; several if
  /// several files hold it.
  private final Map<String, List<byte[]>> rings = new HashMap<>();

  /// The fingerprints of the primary keys to which the key with an ID may belong.
  private final Map<Long, Set<String>> primaries = new HashMap<>();

  private final Set<String> revoked = new HashSet<>();

  /// By the primary's fingerprint, then the key's; filled as keys are asked for.
  private final Map<String, Map<String, TrustedKey>> examined = new ConcurrentHashMap<>();

  private TrustedKeys() {}

  /// Reads the keys in `files`, with the lists of revoked ones among them.
  ///
  /// @throws InvalidKeyring if one cannot be read
  static TrustedKeys read(Collection<Path> files) throws InvalidKeyring {
    TrustedKeys keys = new TrustedKeys();
    for (Path file : files) {
      if (file.getFileName().toString().endsWith("-revoked")) {
        keys.revoked.addAll(KeyFiles.readRevoked(file));
      } else {
        for (PGPPublicKeyRing ring : KeyFiles.readKeys(file)) {
          keys.add(file, ring);
        }
      }
    }
    return keys;
  }

  private void add(Path file, PGPPublicKeyRing ring) throws InvalidKeyring {
    String primary = TrustedKey.fingerprint(ring.getPublicKey());
    try {
      rings.computeIfAbsent(primary, _ -> new ArrayList<>()).add(ring.getEncoded());
    } catch (IOException e) {
      throw new InvalidKeyring("keyring " + file + ": key " + primary + " is damaged", e);
    }
    for (PGPPublicKey key : ring) {
      primaries.computeIfAbsent(key.getKeyID(), _ -> new HashSet<>()).add(primary);
    }
  }

  /// How many people's keys these are: primary keys that are not revoked by list.
  int size() {
    return (int) rings.keySet().stream().filter(primary -> !revoked.contains(primary)).count();
  }

  /// The keys `identifiers` may mean; a key ID may mean several.
  Collection<TrustedKey> find(List<KeyIdentifier> identifiers) {
    Map<String, TrustedKey> found = new HashMap<>();
    for (KeyIdentifier identifier : identifiers) {
      for (String primary : primaries.getOrDefault(identifier.getKeyId(), Set.of())) {
        for (TrustedKey key : examine(primary).values()) {
          if (identifier.matchesExplicit(key.key().getKeyIdentifier())) {
            found.put(key.fingerprint(), key);
          }
        }
      }
    }
    return found.values();
  }

  private Map<String, TrustedKey> examine(String primary) {
    return examined.computeIfAbsent(
        primary,
        _ -> {
          Map<String, TrustedKey> keys = new HashMap<>();
          for (byte[] packets : rings.getOrDefault(primary, List.of())) {
            for (TrustedKey key : SelfSignatures.examine(parse(packets))) {
              keys.merge(key.fingerprint(), key, TrustedKey::and);
            }
          }
          return Map.copyOf(keys);
        });
  }

  private static PGPPublicKeyRing parse(byte[] packets) {
    try {
      return new PGPPublicKeyRing(packets, new BcKeyFingerprintCalculator());
    } catch (IOException e) {
      throw new IllegalStateException("a key that was read before cannot be read again", e);
    }
  }

  /// Why a signature by `key` made at `when` does not count; null if it does.
  @Nullable String objection(TrustedKey key, Instant when) {
    if (revoked.contains(key.fingerprint()) || revoked.contains(key.primary())) {
      return "is listed as revoked beside the keyring";
    }
    String objection = key.objection(when);
    if (objection == null && !key.isPrimary()) {
      TrustedKey primary = examine(key.primary()).get(key.primary());
      String why = primary == null ? "is missing" : primary.objection(when);
      objection = why == null ? null : "belongs to key " + key.primary() + ", which " + why;
    }
    if (objection == null && !key.standing().maySign()) {
      return "is not for signing";
    }
    return objection;
  }
}
