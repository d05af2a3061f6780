package dev.larder.format.freebsd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/// Writes bsdiff patches from their parts, so that any of them can be wrong.
final class PatchFile {
  private PatchFile() {}

  /// A patch whose header says what is there.
  static byte[] of(long[] control, byte[] diff, byte[] extra, long newSize) throws IOException {
    return of(packed(numbers(control)), packed(diff), packed(extra), newSize);
  }

  static byte[] of(byte[] control, byte[] diff, byte[] extra, long newSize) {
    return of(header(control.length, diff.length, newSize), control, diff, extra);
  }

  static byte[] of(byte[]... parts) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      file.writeBytes(part);
    }
    return file.toByteArray();
  }

  static byte[] header(long control, long diff, long newSize) {
    return of("BSDIFF40".getBytes(StandardCharsets.US_ASCII), numbers(control, diff, newSize));
  }

  static byte[] numbers(long... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long number : numbers) {
      buffer.putLong(number < 0 ? -number | Long.MIN_VALUE : number);
    }
    return buffer.array();
  }

  static byte[] packed(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new BZip2CompressorOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  /// The content of the three blocks, one after another.
  static byte[] unpacked(byte[] patch) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(patch).order(ByteOrder.LITTLE_ENDIAN);
    int diff = 32 + (int) header.getLong(8);
    int extra = diff + (int) header.getLong(16);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int at : new int[] {32, diff, extra}) {
      ByteArrayInputStream rest = new ByteArrayInputStream(patch, at, patch.length - at);
      new BZip2CompressorInputStream(rest).transferTo(content);
    }
    return content.toByteArray();
  }
}
