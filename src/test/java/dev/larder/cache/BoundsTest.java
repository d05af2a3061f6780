package dev.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cache.Bounds.Portion;
import dev.larder.cache.Bounds.Shortage;
import dev.larder.cache.Bounds.Situation;
import org.junit.jupiter.api.Test;

class BoundsTest {
  private static final long GIB = 1L << 30;
  private static final Bounds BOUNDS = new Bounds(100 * GIB, 5 * GIB, 95, 90);
  private static final Portion FREE = new Portion(0, 100 * GIB);

  @Test
  void aFileThatFitsMeetsNoLimit() {
    assertThat(BOUNDS.shortage(new Situation(99 * GIB, 6 * GIB), FREE, GIB))
        .isEqualTo(new Shortage.None());
  }

  @Test
  void eachLimitIsNamedWithWhatIsMissing() {
    assertThat(BOUNDS.shortage(new Situation(99 * GIB, 50 * GIB), FREE, 2 * GIB))
        .isEqualTo(new Shortage.Cache(GIB));
    assertThat(BOUNDS.shortage(new Situation(0, 6 * GIB), FREE, 2 * GIB))
        .isEqualTo(new Shortage.Disk(GIB));
    assertThat(
            BOUNDS.shortage(new Situation(0, 50 * GIB), new Portion(39 * GIB, 40 * GIB), 2 * GIB))
        .isEqualTo(new Shortage.OfShare(GIB));
  }

  @Test
  void theBackgroundBeginsAtTheHighMarkAndGoesDownToTheLowOne() {
    assertThat(BOUNDS.surplus(new Situation(95 * GIB, 50 * GIB))).isZero();
    assertThat(BOUNDS.surplus(new Situation(96 * GIB, 50 * GIB))).isEqualTo(6 * GIB);
    assertThat(BOUNDS.surplus(new Portion(39 * GIB, 40 * GIB))).isEqualTo(3 * GIB);
  }

  @Test
  void aDiskThatSomebodyElseFillsCountsToo() {
    assertThat(BOUNDS.surplus(new Situation(10 * GIB, 2 * GIB))).isEqualTo(3 * GIB);
  }

  @Test
  void aLittleStaysFreeWhateverIsConfigured() {
    Bounds none = new Bounds(GIB, 0, 95, 90);
    assertThat(none.shortage(new Situation(0, Bounds.SPARE), FREE, 1))
        .isEqualTo(new Shortage.Disk(1));
  }
}
