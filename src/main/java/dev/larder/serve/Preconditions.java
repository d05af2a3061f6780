package dev.larder.serve;

import dev.larder.repo.Representation;
import org.jspecify.annotations.Nullable;

/// Decides what a request with conditions and a range gets, in the order of RFC 9110 section
/// 13.2.2. Pure: the same values give the same decision.
///
/// One rule is stricter than the RFC: `If-Modified-Since` matches only the very date we last sent.
/// pacman has no other validator, and after a switch back to an older index "not modified since"
/// would be true and wrong: the client would keep the newer one for ever.
final class Preconditions {
  private Preconditions() {}

  /// What a request for a path that exists gets.
  sealed interface Decision {
    /// 200 and the whole body.
    record Whole() implements Decision {}

    /// 206 and the bytes from `from` to `to`, inclusive.
    record Part(long from, long to) implements Decision {}

    /// 304.
    record NotModified() implements Decision {}

    /// 412.
    record Failed() implements Decision {}

    /// 416.
    record Unsatisfiable() implements Decision {}
  }

  private static final Decision WHOLE = new Decision.Whole();
  private static final Decision NOT_MODIFIED = new Decision.NotModified();
  private static final Decision FAILED = new Decision.Failed();
  private static final Decision UNSATISFIABLE = new Decision.Unsatisfiable();

  /// Decides.
  ///
  /// @param head whether the method is HEAD, for which `Range` is not defined
  /// @param now seconds since the epoch, as the answer's `Date` says
  static Decision decide(Conditions asked, boolean head, Representation is, long now) {
    if (asked.ifMatch() != null) {
      if (!matches(asked.ifMatch(), is.etag())) {
        return FAILED;
      }
    } else if (asked.ifUnmodifiedSince() != null && modifiedAfter(asked.ifUnmodifiedSince(), is)) {
      return FAILED;
    }
    if (asked.ifNoneMatch() != null) {
      if (matchesWeakly(asked.ifNoneMatch(), is.etag())) {
        return NOT_MODIFIED;
      }
    } else if (asked.ifModifiedSince() != null && isDateOf(asked.ifModifiedSince(), is)) {
      return NOT_MODIFIED;
    }
    if (asked.range() == null || head || is.size() < 0) {
      return WHOLE;
    }
    if (asked.ifRange() != null && !stillSame(asked.ifRange(), is, now)) {
      return WHOLE;
    }
    return switch (ByteRange.of(asked.range(), is.size())) {
      case ByteRange.Outcome.Ignored() -> WHOLE;
      case ByteRange.Outcome.Unsatisfiable() -> UNSATISFIABLE;
      case ByteRange.Outcome.Part(long from, long to) -> new Decision.Part(from, to);
    };
  }

  private static boolean matches(String list, @Nullable String etag) {
    return etag == null ? EntityTags.isAny(list) : EntityTags.matchStrong(list, etag);
  }

  private static boolean matchesWeakly(String list, @Nullable String etag) {
    return etag == null ? EntityTags.isAny(list) : EntityTags.matchWeak(list, etag);
  }

  private static boolean modifiedAfter(String date, Representation is) {
    long limit = HttpDate.parse(date);
    return limit != HttpDate.NONE
        && is.lastModified() != null
        && is.lastModified().getEpochSecond() > limit;
  }

  private static boolean isDateOf(String date, Representation is) {
    return is.lastModified() != null && HttpDate.parse(date) == is.lastModified().getEpochSecond();
  }

  /// A date may stand for the exact bytes only once its second has passed (RFC 9110 section
  /// 8.8.2.2), since a file may change twice within one.
  private static boolean stillSame(String ifRange, Representation is, long now) {
    String text = ifRange.strip();
    if (text.startsWith("\"")) {
      return text.equals(is.etag());
    }
    return is.lastModified() != null
        && is.lastModified().getEpochSecond() < now
        && HttpDate.parse(text) == is.lastModified().getEpochSecond();
  }
}
