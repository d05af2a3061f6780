package dev.larder.sign;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.bcpg.ECSecretBCPGKey;
import org.bouncycastle.bcpg.RSAPublicBCPGKey;
import org.bouncycastle.bcpg.RSASecretBCPGKey;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyConverter;

/// A secret key in this process.
final class LocalSecret {
  private LocalSecret() {}

  /// What signs with `key`.
  ///
  /// @throws KeyRefused if its numbers make no key
  static DigestSigner of(PGPPrivateKey key, KeyAlgorithm algorithm) throws KeyRefused {
    try {
      return switch (algorithm) {
        case KeyAlgorithm.Ed25519 _ -> edwards(key);
        case KeyAlgorithm.Rsa rsa -> rsa(key, rsa.hash());
        case KeyAlgorithm.Nist nist -> elliptic(key, nist);
      };
    } catch (GeneralSecurityException
        | PGPException
        | ClassCastException
        | IllegalArgumentException e) {
      throw KeyRefused.unfit("the secret key is damaged", "export it again");
    }
  }

  private static DigestSigner edwards(PGPPrivateKey key) throws PGPException {
    Ed25519PrivateKeyParameters secret =
        (Ed25519PrivateKeyParameters) new BcPGPKeyConverter().getPrivateKey(key);
    return digest -> {
      Ed25519Signer signer = new Ed25519Signer();
      signer.init(true, secret);
      signer.update(digest, 0, digest.length);
      return halves(signer.generateSignature());
    };
  }

  private static DigestSigner rsa(PGPPrivateKey key, SignatureHash hash)
      throws GeneralSecurityException {
    RSAPublicBCPGKey open = (RSAPublicBCPGKey) key.getPublicKeyPacket().getKey();
    RSASecretBCPGKey secret = (RSASecretBCPGKey) key.getPrivateKeyDataPacket();
    PrivateKey rsa =
        KeyFactory.getInstance("RSA")
            .generatePrivate(
                new RSAPrivateCrtKeySpec(
                    open.getModulus(),
                    open.getPublicExponent(),
                    secret.getPrivateExponent(),
                    secret.getPrimeP(),
                    secret.getPrimeQ(),
                    secret.getPrimeExponentP(),
                    secret.getPrimeExponentQ(),
                    secret.getCrtCoefficient()));
    AlgorithmIdentifier identifier = new AlgorithmIdentifier(hash.oid(), DERNull.INSTANCE);
    return digest -> {
      try {
        // Encrypting with a private key is block type 1 of PKCS #1: what a signature is.
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, rsa);
        return List.of(cipher.doFinal(new DigestInfo(identifier, digest).getEncoded("DER")));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java runtime cannot make RSA signatures", e);
      }
    };
  }

  private static DigestSigner elliptic(PGPPrivateKey key, KeyAlgorithm.Nist nist)
      throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(nist.standardName()));
    BigInteger secret = ((ECSecretBCPGKey) key.getPrivateKeyDataPacket()).getX();
    PrivateKey elliptic =
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new ECPrivateKeySpec(secret, parameters.getParameterSpec(ECParameterSpec.class)));
    return digest -> {
      try {
        Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format");
        signature.initSign(elliptic);
        signature.update(digest);
        return halves(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java runtime cannot make ECDSA signatures", e);
      }
    };
  }

  private static List<byte[]> halves(byte[] both) {
    int half = both.length / 2;
    return List.of(Arrays.copyOf(both, half), Arrays.copyOfRange(both, half, both.length));
  }
}
