package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.GrowingFile.State;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final long BIG = 1_000_000;

  @Test
  void withholdsTheEndUntilItIsComplete() {
    Growth growth = new Growth(true, BIG);
    growth.advance(500_000);
    assertThat(growth.released()).isEqualTo(500_000);
    growth.advance(BIG);
    assertThat(growth.released()).isEqualTo(BIG - Growth.WITHHELD);
    growth.end(new State.Complete(BIG));
    assertThat(growth.released()).isEqualTo(BIG);
  }

  @Test
  void withholdsASmallFileWholeUntilPatienceIsLost() {
    Growth growth = new Growth(true, 1001);
    growth.advance(1001);
    assertThat(growth.released()).isZero();
    growth.lose();
    assertThat(growth.released()).isEqualTo(500);
  }

  @Test
  void withholdsTheLastBytesOfAFileOfUnknownLength() {
    Growth growth = new Growth(true, -1);
    growth.advance(100_000);
    assertThat(growth.released()).isEqualTo(100_000 - Growth.WITHHELD);
  }

  @Test
  void withholdsNothingWhereNothingCanBeProven() {
    Growth growth = new Growth(false, -1);
    growth.advance(10);
    assertThat(growth.released()).isEqualTo(10);
  }

  @Test
  void beginsAgainOnlyWhileNobodyHasSeenAByte() {
    Growth growth = new Growth(true, BIG);
    growth.advance(500_000);
    assertThat(growth.rewind()).isTrue();
    assertThat(growth.offset()).isZero();
    growth.advance(500_000);
    assertThat(growth.released()).isPositive();
    assertThat(growth.rewind()).isFalse();
    assertThat(growth.offset()).isEqualTo(500_000);
  }

  @Test
  void wakesAReaderOnceWhenThereIsMore() {
    Growth growth = new Growth(true, BIG);
    AtomicInteger woken = new AtomicInteger();
    growth.whenPast(1000, woken::incrementAndGet);
    growth.advance(1000);
    assertThat(woken).hasValue(0);
    growth.advance(1001);
    assertThat(woken).hasValue(1);
    growth.advance(2000);
    assertThat(woken).hasValue(1);
  }

  @Test
  void wakesEverybodyAtTheEnd() {
    Growth growth = new Growth(true, BIG);
    AtomicInteger woken = new AtomicInteger();
    growth.whenPast(BIG, woken::incrementAndGet);
    growth.end(new State.Failed("test"));
    assertThat(woken).hasValue(1);
    growth.whenPast(BIG, woken::incrementAndGet);
    assertThat(woken).hasValue(2);
  }

  @Test
  void canNoLongerBeJoinedWhenTheLastUserHasLeft() {
    Growth growth = new Growth(true, BIG);
    assertThat(growth.join()).isTrue();
    growth.leave();
    growth.leave();
    assertThat(growth.join()).isFalse();
  }
}
