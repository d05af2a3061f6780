package dev.larder.sign;

import java.io.IOException;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;

/// The check of a signature we made ourselves.
final class Proof {
  private Proof() {}

  /// Whether `signature` is one by `key` over `signed`.
  static boolean holds(PGPPublicKey key, byte[] signed, byte[] signature) {
    try {
      if (!(new BcPGPObjectFactory(signature).nextObject() instanceof PGPSignatureList list)) {
        return false;
      }
      PGPSignature first = list.get(0);
      first.init(new PlatformVerifiers(), key);
      first.update(signed);
      return first.verify();
    } catch (IOException | PGPException | RuntimeException e) {
      return false; // what is no signature; the library throws any
    }
  }
}
