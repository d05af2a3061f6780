package dev.larder.store;

import java.security.MessageDigest;
import java.security.SecureRandom;

/// The SHA-256 of what a gzip file holds, computed from the bytes of the file as they come.
///
/// Of anything but exactly one whole gzip member the value is drawn at random. A fixed value, or
/// one computed from the bytes, could be asked for: whoever chooses the name of a file would get
/// any bytes past the check.
final class GunzippedDigest extends MessageDigest {
  // Far above any file of a release; a bomb costs seconds, and no memory.
  private static final long MAX_UNPACKED = 4L << 30;

  private final long maxUnpacked;
  private final MessageDigest sha256 = Checksum.Algorithm.SHA256.digest();
  private GzipMember member;

  GunzippedDigest() {
    this(MAX_UNPACKED);
  }

  /// @param maxUnpacked a file that holds more bytes than this has no value
  GunzippedDigest(long maxUnpacked) {
    super(Checksum.Algorithm.GUNZIPPED_SHA256.id());
    this.maxUnpacked = maxUnpacked;
    this.member = start();
  }

  private GzipMember start() {
    return new GzipMember(maxUnpacked, (buffer, length) -> sha256.update(buffer, 0, length));
  }

  @Override
  protected int engineGetDigestLength() {
    return sha256.getDigestLength();
  }

  @Override
  protected void engineUpdate(byte input) {
    member.update(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    member.update(input, offset, length);
  }

  @Override
  protected byte[] engineDigest() {
    byte[] value = sha256.digest();
    if (member.finish() != null) {
      new SecureRandom().nextBytes(value);
    }
    engineReset();
    return value;
  }

  @Override
  protected void engineReset() {
    member.release();
    sha256.reset();
    member = start();
  }
}
