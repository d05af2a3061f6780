package dev.larder.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// One gzip member (RFC 1952), unpacked and checked as its bytes come: header with every optional
/// field, deflate stream, checksum and length, and nothing after that. Stricter than gunzip, which
/// takes several members one after another and passes over what follows the last.
///
/// Holds a buffer and never the content; an `Inflater` only between the header and the end of the
/// data.
public final class GzipMember {
  private static final int HEADER_CHECK_FLAG = 2;
  private static final int EXTRA_FLAG = 4;
  private static final int NAME_FLAG = 8;
  private static final int COMMENT_FLAG = 16;
  private static final int RESERVED_FLAGS = 0xe0;
  private static final int DEFLATE = 8;
  private static final int BUFFER = 1 << 14;

  /// The parts of a member, in their order.
  private enum Part {
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CHECK,
    DATA,
    TRAILER,
    END
  }

  private final long maxUnpacked;
  private final Unpacked unpacked;
  private final CRC32 headerCheck = new CRC32();
  private final CRC32 check = new CRC32();
  private final byte[] field = new byte[10];
  private Part part = Part.FIXED;
  private int have;
  private int extra;
  private int flags;
  private long count;
  private byte[] buffer = {};
  private @Nullable Inflater inflater;
  private @Nullable String fault;

  /// Takes what comes out.
  @FunctionalInterface
  public interface Unpacked {
    /// The first `length` bytes of `buffer` are the next ones; the buffer is used again.
    void take(byte[] buffer, int length);
  }

  /// Starts at the first byte.
  ///
  /// @param maxUnpacked a member that holds more bytes than this is a fault
  /// @param unpacked takes the content, before it is known whether the member is whole
  public GzipMember(long maxUnpacked, Unpacked unpacked) {
    this.maxUnpacked = maxUnpacked;
    this.unpacked = unpacked;
  }

  /// What is wrong with a file that should be one gzip member, as the end of a sentence that begins
  /// with its name; null if nothing is.
  ///
  /// @param bytes read to the end, unless a fault is found before; not closed
  /// @throws IOException if `bytes` cannot be read
  public static @Nullable String faultOf(InputStream bytes, long maxUnpacked) throws IOException {
    GzipMember member = new GzipMember(maxUnpacked, (_, _) -> {});
    try {
      byte[] read = new byte[BUFFER];
      for (int n = bytes.read(read); n >= 0 && member.fault == null; n = bytes.read(read)) {
        member.update(read, 0, n);
      }
      return member.finish();
    } finally {
      member.release();
    }
  }

  /// The next bytes of the file. After a fault they are passed over.
  public void update(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    while (at < end && fault == null) {
      at =
          switch (part) {
            case FIXED, EXTRA_LENGTH, HEADER_CHECK, TRAILER -> collect(bytes, at, end);
            case EXTRA -> skip(bytes, at, end);
            case NAME, COMMENT -> skipText(bytes, at, end);
            case DATA -> inflate(bytes, at, end);
            case END -> fail("is followed by something else", end);
          };
    }
  }

  /// Ends the file.
  ///
  /// @return what is wrong with it, as the end of a sentence; null if it is one whole member
  public @Nullable String finish() {
    if (fault == null && part != Part.END) {
      fail("is cut short", 0);
    }
    return fault;
  }

  /// Frees what is not garbage-collected at once; further bytes are a fault.
  void release() {
    Inflater open = inflater;
    if (open != null) {
      open.end();
      inflater = null;
    }
    buffer = new byte[0];
  }

  private int fail(String what, int end) {
    fault = what;
    release();
    return end;
  }

  private static int lengthOf(Part part) {
    return switch (part) {
      case FIXED -> 10;
      case EXTRA_LENGTH, HEADER_CHECK -> 2;
      case TRAILER -> 8;
      case EXTRA, NAME, COMMENT, DATA, END -> 0;
    };
  }

  private int collect(byte[] bytes, int at, int end) {
    int n = Math.min(end - at, lengthOf(part) - have);
    System.arraycopy(bytes, at, field, have, n);
    have += n;
    if (have == lengthOf(part)) {
      collected();
    }
    return at + n;
  }

  private void collected() {
    String wrong =
        switch (part) {
          case FIXED -> fixed();
          case EXTRA_LENGTH -> {
            headerCheck.update(field, 0, 2);
            extra = number(0, 2);
            yield null;
          }
          case HEADER_CHECK ->
              number(0, 2) == (headerCheck.getValue() & 0xffff)
                  ? null
                  : "has a header whose checksum is wrong";
          case TRAILER -> trailer();
          case EXTRA, NAME, COMMENT, DATA, END -> throw new IllegalStateException("in " + part);
        };
    if (wrong != null) {
      fail(wrong, 0);
    } else {
      advance();
    }
  }

  private @Nullable String fixed() {
    if (number(0, 2) != 0x8b1f || field[2] != DEFLATE) {
      return "does not begin as a gzip file does";
    }
    flags = field[3] & 0xff;
    if ((flags & RESERVED_FLAGS) != 0) {
      return "has a gzip header with unknown flags";
    }
    headerCheck.update(field, 0, 10);
    return null;
  }

  private @Nullable String trailer() {
    if (number(0, 4) != (int) check.getValue()) {
      return "holds other bytes than its checksum says";
    }
    return number(4, 4) == (int) count ? null : "holds another number of bytes than it says";
  }

  // Little-endian; four bytes as the int with the same bits.
  private int number(int from, int length) {
    int number = 0;
    for (int i = length - 1; i >= 0; i--) {
      number = (number << 8) | (field[from + i] & 0xff);
    }
    return number;
  }

  private void advance() {
    have = 0;
    do {
      part = following();
    } while (!isPresent());
  }

  private Part following() {
    return switch (part) {
      case FIXED -> Part.EXTRA_LENGTH;
      case EXTRA_LENGTH -> Part.EXTRA;
      case EXTRA -> Part.NAME;
      case NAME -> Part.COMMENT;
      case COMMENT -> Part.HEADER_CHECK;
      case HEADER_CHECK -> Part.DATA;
      case DATA -> Part.TRAILER;
      case TRAILER, END -> Part.END;
    };
  }

  private boolean isPresent() {
    return switch (part) {
      case EXTRA_LENGTH -> (flags & EXTRA_FLAG) != 0;
      case EXTRA -> extra > 0;
      case NAME -> (flags & NAME_FLAG) != 0;
      case COMMENT -> (flags & COMMENT_FLAG) != 0;
      case HEADER_CHECK -> (flags & HEADER_CHECK_FLAG) != 0;
      case FIXED, DATA, TRAILER, END -> true;
    };
  }

  private int skip(byte[] bytes, int at, int end) {
    int n = Math.min(end - at, extra - have);
    headerCheck.update(bytes, at, n);
    have += n;
    if (have == extra) {
      advance();
    }
    return at + n;
  }

  private int skipText(byte[] bytes, int at, int end) {
    int zero = at;
    while (zero < end && bytes[zero] != 0) {
      zero++;
    }
    int next = Math.min(end, zero + 1);
    headerCheck.update(bytes, at, next - at);
    if (zero < end) {
      advance();
    }
    return next;
  }

  private int inflate(byte[] bytes, int at, int end) {
    Inflater open = inflater;
    if (open == null) {
      open = new Inflater(true);
      inflater = open;
      buffer = new byte[BUFFER];
    }
    open.setInput(bytes, at, end - at);
    try {
      while (!open.finished()) {
        int n = open.inflate(buffer);
        count += n;
        if (count > maxUnpacked) {
          return fail("holds more than " + maxUnpacked + " bytes", end);
        }
        if (n > 0) {
          check.update(buffer, 0, n);
          unpacked.take(buffer, n);
        } else if (open.needsInput()) {
          return end;
        } else if (!open.finished()) {
          return fail("is damaged", end);
        }
      }
    } catch (DataFormatException e) {
      return fail("is damaged: " + e.getMessage(), end);
    }
    int left = open.getRemaining();
    release();
    advance();
    return end - left;
  }
}
