package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.HeadVerdict.Head;
import dev.larder.store.Expected;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadVerdictTest {
  private static final Expected KNOWN = new Expected(1000, null);

  private static Head head(int status, long length) {
    return new Head(status, length, null, "application/octet-stream", null, null);
  }

  private static Head part(@Nullable String range) {
    return new Head(206, -1, range, null, null, null);
  }

  private static HeadVerdict judge(Head head, long offset) {
    return HeadVerdict.judge(head, offset, -1, KNOWN, false);
  }

  @Test
  void takesAWholeFileOfThePromisedLength() {
    assertThat(judge(head(200, 1000), 0)).isEqualTo(new HeadVerdict.Take(0, 1000));
  }

  @Test
  void takesAFileWhoseLengthUpstreamDoesNotTell() {
    assertThat(judge(head(200, -1), 0)).isEqualTo(new HeadVerdict.Take(0, 1000));
    assertThat(HeadVerdict.judge(head(200, -1), 0, -1, Expected.NOTHING, true))
        .isEqualTo(new HeadVerdict.Take(0, -1));
  }

  @Test
  void refusesAnotherLengthThanPromised() {
    assertThat(judge(head(200, 999), 0)).isInstanceOf(HeadVerdict.Bad.class);
    assertThat(judge(part("bytes 10-1998/1999"), 10)).isInstanceOf(HeadVerdict.Bad.class);
  }

  @Test
  void refusesAnHtmlPageUnlessThePathMayBeOne() {
    Head page = new Head(200, 1000, null, "text/html; charset=utf-8", null, null);
    assertThat(judge(page, 0)).isInstanceOf(HeadVerdict.Bad.class);
    assertThat(HeadVerdict.judge(page, 0, -1, Expected.NOTHING, true))
        .isInstanceOf(HeadVerdict.Take.class);
  }

  @Test
  void refusesBytesThatAreEncoded() {
    Head gzip = new Head(200, 1000, null, null, "gzip", null);
    assertThat(judge(gzip, 0)).isInstanceOf(HeadVerdict.Bad.class);
  }

  @Test
  void skipsWhatItHasWhenUpstreamIgnoresTheRange() {
    assertThat(judge(head(200, 1000), 400)).isEqualTo(new HeadVerdict.Take(400, 1000));
  }

  @Test
  void takesExactlyTheRangeAskedFor() {
    assertThat(judge(part("bytes 400-999/1000"), 400)).isEqualTo(new HeadVerdict.Take(0, 1000));
    assertThat(HeadVerdict.judge(part("bytes 400-499/1000"), 400, 499, KNOWN, false))
        .isEqualTo(new HeadVerdict.Take(0, 1000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes 399-999/1000",
        "bytes 400-998/1000",
        "bytes 400-999/*",
        "bytes */1000",
        "items 400-999/1000",
        "bytes 400-99999999999999999999/1000",
        ""
      })
  void refusesEveryOtherRange(String range) {
    assertThat(judge(part(range), 400)).isInstanceOf(HeadVerdict.Bad.class);
  }

  @Test
  void refusesAPartWithoutContentRange() {
    assertThat(judge(part(null), 400)).isInstanceOf(HeadVerdict.Bad.class);
  }

  @Test
  void startsOverWhenUpstreamCannotSatisfyTheRange() {
    assertThat(judge(head(416, 0), 400)).isInstanceOf(HeadVerdict.StartOver.class);
    assertThat(judge(head(416, 0), 0)).isInstanceOf(HeadVerdict.Bad.class);
  }

  @Test
  void obeysRetryAfterWithinReason() {
    assertThat(judge(new Head(429, 0, null, null, null, Duration.ofSeconds(7)), 0))
        .isEqualTo(new HeadVerdict.Busy("answered 429", Duration.ofSeconds(7)));
    assertThat(judge(new Head(503, 0, null, null, null, null), 0))
        .isEqualTo(new HeadVerdict.Busy("answered 503", HeadVerdict.DEFAULT_RETRY));
    assertThat(judge(new Head(503, 0, null, null, null, Duration.ofDays(400)), 0))
        .isEqualTo(new HeadVerdict.Busy("answered 503", HeadVerdict.LONGEST_RETRY));
  }

  @Test
  void tellsAbsenceFromFailure() {
    assertThat(judge(head(404, 0), 0)).isEqualTo(new HeadVerdict.Gone());
    assertThat(judge(head(410, 0), 0)).isEqualTo(new HeadVerdict.Gone());
    assertThat(judge(head(500, 0), 0)).isInstanceOf(HeadVerdict.Bad.class);
    assertThat(judge(head(403, 0), 0)).isInstanceOf(HeadVerdict.Bad.class);
    assertThat(judge(head(304, 0), 0)).isEqualTo(new HeadVerdict.NotModified());
  }
}
