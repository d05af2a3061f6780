package dev.larder.sign;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.bcpg.HashAlgorithmTags;

/// The hashes that files are signed by.
enum SignatureHash {
  SHA256(HashAlgorithmTags.SHA256, "SHA-256", "2.16.840.1.101.3.4.2.1"),
  SHA384(HashAlgorithmTags.SHA384, "SHA-384", "2.16.840.1.101.3.4.2.2"),
  SHA512(HashAlgorithmTags.SHA512, "SHA-512", "2.16.840.1.101.3.4.2.3");

  private final int tag;
  private final String name;
  private final String oid;

  SignatureHash(int tag, String name, String oid) {
    this.tag = tag;
    this.name = name;
    this.oid = oid;
  }

  /// Its number in OpenPGP (RFC 9580, 9.5).
  int tag() {
    return tag;
  }

  /// Its name in a signature by RSA (RFC 8017, B.1).
  ASN1ObjectIdentifier oid() {
    return new ASN1ObjectIdentifier(oid);
  }

  /// Its name for gpg-agent.
  String agentName() {
    return name().toLowerCase(Locale.ROOT);
  }

  MessageDigest digest() {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(name + " is missing from this Java runtime", e);
    }
  }
}
