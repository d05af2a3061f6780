package dev.larder.sign;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.PGPContentVerifier;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilder;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyConverter;

/// The bytes of a file as far as a hash knows them: enough to check a signature over them that was
/// just made, without reading them again.
///
/// @param algorithm of the key
/// @param hash has seen all bytes of the file and nothing else; is used up
record HashedContent(KeyAlgorithm algorithm, MessageDigest hash)
    implements PGPContentVerifierBuilderProvider {
  /// Whether `signature` is a whole packet, and one by `key` over these bytes.
  boolean isSignedBy(PGPPublicKey key, byte[] signature) {
    try {
      if (!(new BcPGPObjectFactory(signature).nextObject() instanceof PGPSignatureList list)
          || list.size() != 1) {
        return false;
      }
      PGPSignature only = list.get(0);
      if (only.getHashAlgorithm() != algorithm.hash().tag()) {
        return false;
      }
      only.init(this, key);
      return only.verify();
    } catch (IOException | PGPException | RuntimeException e) {
      return false; // what is no signature; the library throws any
    }
  }

  @Override
  public PGPContentVerifierBuilder get(int keyAlgorithm, int hashAlgorithm) {
    return key ->
        new Verifier(
            key.getKeyID(), new BcPGPKeyConverter().getPublicKey(key), keyAlgorithm, hashAlgorithm);
  }

  /// Takes what the signature itself adds to the hash, and then its numbers.
  private final class Verifier implements PGPContentVerifier {
    private final long keyId;
    private final AsymmetricKeyParameter key;
    private final int keyAlgorithm;
    private final int hashAlgorithm;

    Verifier(long keyId, AsymmetricKeyParameter key, int keyAlgorithm, int hashAlgorithm) {
      this.keyId = keyId;
      this.key = key;
      this.keyAlgorithm = keyAlgorithm;
      this.hashAlgorithm = hashAlgorithm;
    }

    @Override
    public int getHashAlgorithm() {
      return hashAlgorithm;
    }

    @Override
    public int getKeyAlgorithm() {
      return keyAlgorithm;
    }

    @Override
    public long getKeyID() {
      return keyId;
    }

    @Override
    public OutputStream getOutputStream() {
      return new OutputStream() {
        @Override
        public void write(int b) {
          hash.update((byte) b);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
          hash.update(from, offset, length);
        }
      };
    }

    @Override
    public boolean verify(byte[] expected) {
      // What hashes first is given what was hashed already.
      Signer signer =
          switch (algorithm) {
            case KeyAlgorithm.Ed25519 _ -> new Ed25519Signer();
            case KeyAlgorithm.Rsa rsa -> new RSADigestSigner(new NullDigest(), rsa.hash().oid());
            case KeyAlgorithm.Nist _ -> new DSADigestSigner(new ECDSASigner(), new NullDigest());
          };
      byte[] digest = hash.digest();
      signer.init(false, key);
      signer.update(digest, 0, digest.length);
      return signer.verifySignature(expected);
    }
  }
}
