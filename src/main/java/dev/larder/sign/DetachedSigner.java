package dev.larder.sign;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.jspecify.annotations.Nullable;

/// Makes detached signatures of version 4 (RFC 9580, 5.2.3) in the shape gpg gives them: the packet
/// in the old format, the fingerprint and the time under the signature, the key ID beside it.
/// pacman reads the key ID itself, with a parser of its own.
///
/// The file is hashed here, by this Java runtime, and only the hash is handed to whoever holds the
/// secret; a gpg-agent takes nothing else.
final class DetachedSigner implements OpenPgpSigner {
  private static final int VERSION = PublicKeyPacket.VERSION_4;
  private static final int OLD_FORMAT_SIGNATURE = 0x80 | 2 << 2;
  private static final int BUFFER = 1 << 17;

  private final String name;
  private final OpenPgpCertificate certificate;
  private final DigestSigner secret;
  private final InstantSource clock;

  /// @param name what people call the key
  DetachedSigner(
      String name, OpenPgpCertificate certificate, DigestSigner secret, InstantSource clock) {
    this.name = name;
    this.certificate = certificate;
    this.secret = secret;
    this.clock = clock;
  }

  @Override
  public byte[] sign(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return sign(in);
    }
  }

  /// Signs what `in` has, to its end; does not close it.
  ///
  /// @throws IOException if it does not sign, or wrongly
  byte[] sign(InputStream in) throws IOException {
    Instant now = clock.instant();
    Instant expires = certificate.expires();
    if (expires != null && !now.isBefore(expires)) {
      throw new IOException(
          "key %s expired at %s, clients would refuse what it signs; make its successor with larder key rotate %s"
              .formatted(name, expires, name));
    }
    MessageDigest digest = certificate.algorithm().hash().digest();
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
    }
    HashedContent content = new HashedContent(certificate.algorithm(), copy(digest));
    byte[] head = head(now);
    digest.update(head);
    // The trailer (5.2.4): how much of the packet was hashed.
    digest.update(
        ByteBuffer.allocate(6).put((byte) VERSION).put((byte) 0xff).putInt(head.length).flip());
    byte[] signature = packet(head, digest.digest());
    // By another implementation than the one that signed; an agent or a card may be at fault.
    if (!content.isSignedBy(certificate.signing(), signature)) {
      throw KeyRefused.unfit(
          "a signature that was made with key %s is wrong".formatted(fingerprint()),
          "look at the log of its gpg-agent, or import the key again");
    }
    return signature;
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this Java runtime cannot copy a hash", e);
    }
  }

  /// The part of the packet that is signed.
  private byte[] head(Instant now) {
    PGPPublicKey key = certificate.signing();
    // A clock that was put back must not date a signature before its key.
    long time = Math.max(now.getEpochSecond(), key.getCreationTime().toInstant().getEpochSecond());
    byte[] fingerprint = key.getFingerprint();
    byte[] hashed =
        ByteBuffer.allocate(3 + fingerprint.length + 6)
            .put((byte) (fingerprint.length + 2))
            .put((byte) SignatureSubpacketTags.ISSUER_FINGERPRINT)
            .put((byte) VERSION)
            .put(fingerprint)
            .put((byte) 5)
            .put((byte) SignatureSubpacketTags.CREATION_TIME)
            .putInt((int) time)
            .array();
    return ByteBuffer.allocate(6 + hashed.length)
        .put((byte) VERSION)
        .put((byte) PGPSignature.BINARY_DOCUMENT)
        .put((byte) key.getAlgorithm())
        .put((byte) certificate.algorithm().hash().tag())
        .putShort((short) hashed.length)
        .put(hashed)
        .array();
  }

  private byte[] packet(byte[] head, byte[] digest) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(head);
    body.writeBytes(
        ByteBuffer.allocate(12)
            .putShort((short) 10)
            .put((byte) 9)
            .put((byte) SignatureSubpacketTags.ISSUER_KEY_ID)
            .putLong(certificate.signing().getKeyID())
            .array());
    body.write(digest, 0, 2);
    for (byte[] number : secret.sign(digest)) {
      writeNumber(body, number);
    }
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    boolean isShort = body.size() < 256;
    packet.write(OLD_FORMAT_SIGNATURE | (isShort ? 0 : 1));
    if (!isShort) {
      packet.write(body.size() >>> 8);
    }
    packet.write(body.size());
    body.writeTo(packet);
    return packet.toByteArray();
  }

  // A multiprecision integer (3.2): how many bits, then the bytes that have them.
  private static void writeNumber(ByteArrayOutputStream out, byte[] number) {
    int start = 0;
    while (start < number.length && number[start] == 0) {
      start++;
    }
    int length = number.length - start;
    int bits =
        length == 0 ? 0 : 8 * length - (Integer.numberOfLeadingZeros(number[start] & 0xff) - 24);
    out.write(bits >>> 8);
    out.write(bits);
    out.write(number, start, length);
  }

  @Override
  public String fingerprint() {
    return certificate.fingerprint();
  }

  @Override
  public byte[] publicKey() {
    return certificate.armored();
  }

  @Override
  public @Nullable Instant expires() {
    return certificate.expires();
  }

  /// The key's name and fingerprint.
  @Override
  public String toString() {
    return "DetachedSigner[" + name + " " + fingerprint() + "]";
  }
}
