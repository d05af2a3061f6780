package dev.larder.sign;

import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.bcpg.ECDSAPublicBCPGKey;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilder;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentVerifierBuilderProvider;

/// The arithmetic of signatures: this Java runtime's, whose hashes use the processor's instructions
/// for them, and for what it does not know (some curves) Bouncy Castle's own, which hashes a tenth
/// as fast. No provider is registered for that.
final class PlatformVerifiers implements PGPContentVerifierBuilderProvider {
  private static final Set<ASN1ObjectIdentifier> PLATFORM_CURVES =
      Set.of(
          SECObjectIdentifiers.secp256r1,
          SECObjectIdentifiers.secp384r1,
          SECObjectIdentifiers.secp521r1);

  private final JcaPGPContentVerifierBuilderProvider platform =
      new JcaPGPContentVerifierBuilderProvider();
  private final BcPGPContentVerifierBuilderProvider fallback =
      new BcPGPContentVerifierBuilderProvider();

  @Override
  public PGPContentVerifierBuilder get(int keyAlgorithm, int hashAlgorithm) throws PGPException {
    PGPContentVerifierBuilder first = platform.get(keyAlgorithm, hashAlgorithm);
    PGPContentVerifierBuilder second = fallback.get(keyAlgorithm, hashAlgorithm);
    return key -> {
      if (hasCurveOfItsOwn(key)) {
        return second.build(key);
      }
      try {
        return first.build(key);
      } catch (PGPException | RuntimeException e) {
        return second.build(key); // unknown to the platform; it throws either
      }
    };
  }

  // The platform takes a key on any curve and only gives up when it has seen all the bytes.
  private static boolean hasCurveOfItsOwn(PGPPublicKey key) {
    return key.getPublicKeyPacket().getKey() instanceof ECDSAPublicBCPGKey elliptic
        && !PLATFORM_CURVES.contains(elliptic.getCurveOID());
  }
}
