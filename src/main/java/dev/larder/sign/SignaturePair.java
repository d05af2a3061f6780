package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.PGPDigestCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.jspecify.annotations.Nullable;

/// A detached OpenPGP signature, looked at without any key.
public final class SignaturePair {
  private SignaturePair() {}

  /// Whether `signature` was made over the bytes of `signed`, as far as can be told without the
  /// key: every signature packet carries the first two bytes of the hash it signs (RFC 9580 section
  /// 5.2.3). True also when nothing can be told; a wrong pair passes once in 65,536 times per
  /// packet.
  ///
  /// @param signed read to its end, not closed
  /// @param signature binary, one or several signature packets
  /// @throws IOException if `signed` cannot be read
  public static boolean fits(InputStream signed, byte[] signature) throws IOException {
    List<PGPSignature> packets = packets(signature);
    List<PGPDigestCalculator> hashes = new ArrayList<>();
    for (PGPSignature packet : packets) {
      PGPDigestCalculator hash = calculator(packet.getHashAlgorithm());
      if (hash == null || packet.getVersion() != 4) {
        return true;
      }
      hashes.add(hash);
    }
    byte[] buffer = new byte[1 << 16];
    for (int n = signed.read(buffer); n >= 0; n = signed.read(buffer)) {
      for (PGPDigestCalculator hash : hashes) {
        hash.getOutputStream().write(buffer, 0, n);
      }
    }
    for (int i = 0; i < hashes.size(); i++) {
      hashes.get(i).getOutputStream().write(packets.get(i).getSignatureTrailer());
      byte[] value = hashes.get(i).getDigest();
      byte[] start = packets.get(i).getDigestPrefix();
      if (value[0] != start[0] || value[1] != start[1]) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable PGPDigestCalculator calculator(int algorithm) {
    try {
      return new BcPGPDigestCalculatorProvider()
          .get(algorithm == 0 ? HashAlgorithmTags.SHA256 : algorithm);
    } catch (PGPException e) {
      return null;
    }
  }

  private static List<PGPSignature> packets(byte[] signature) {
    List<PGPSignature> packets = new ArrayList<>();
    try {
      BcPGPObjectFactory objects = new BcPGPObjectFactory(new ByteArrayInputStream(signature));
      for (Object object = objects.nextObject(); object != null; object = objects.nextObject()) {
        if (object instanceof PGPSignatureList list) {
          list.forEach(packets::add);
        }
      }
    } catch (IOException | RuntimeException e) {
      // The library throws many things at malformed packets; what is no signature fits anything
      // here, and is refused where signatures are verified.
      return List.of();
    }
    return packets;
  }
}
