package dev.larder.sign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class StandingTest {
  private static final Instant CREATED = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2021-01-01T00:00:00Z");
  private static final Instant NOW = Instant.parse("2022-01-01T00:00:00Z");

  private static final Standing SOUND = new Standing(CREATED, null, true, null);
  private static final Standing EXPIRES = new Standing(CREATED, LATER, true, null);
  private static final Standing RETIRED = new Standing(CREATED, null, true, LATER);
  private static final Standing COMPROMISED = new Standing(CREATED, null, true, Instant.MIN);

  @Test
  void aSoundKeySignsFromItsCreationOn() {
    assertThat(SOUND.objection(CREATED, CREATED)).isNull();
    assertThat(SOUND.objection(CREATED, NOW)).isNull();
    assertThat(SOUND.objection(CREATED, CREATED.minusSeconds(1))).contains("is younger");
  }

  @Test
  void anExpiredKeySignedBefore() {
    assertThat(EXPIRES.objection(CREATED, LATER.minusSeconds(1))).isNull();
    assertThat(EXPIRES.objection(CREATED, LATER)).isEqualTo("expired at 2021-01-01T00:00:00Z");
  }

  @Test
  void aRetiredKeySignedBeforeAndACompromisedOneNever() {
    assertThat(RETIRED.objection(CREATED, LATER.minusSeconds(1))).isNull();
    assertThat(RETIRED.objection(CREATED, LATER)).isEqualTo("was revoked at 2021-01-01T00:00:00Z");
    assertThat(COMPROMISED.objection(CREATED, CREATED)).isEqualTo("is revoked");
  }

  @Test
  void aKeyNobodyVouchesForSignsNothing() {
    Standing unknown = new Standing(Instant.MIN, null, true, null);
    assertThat(unknown.objection(CREATED, NOW)).isEqualTo("has no valid signature of its owner");
  }

  @Test
  void ofTwoCopiesTheNewerStatementCountsAndEveryRevocation() {
    Standing extended = new Standing(LATER, null, true, null);
    assertThat(EXPIRES.and(extended)).isEqualTo(extended);
    assertThat(extended.and(EXPIRES)).isEqualTo(extended);
    assertThat(extended.and(RETIRED).revoked()).isEqualTo(LATER);
    assertThat(RETIRED.and(COMPROMISED).revoked()).isEqualTo(Instant.MIN);
    assertThat(COMPROMISED.and(RETIRED).revoked()).isEqualTo(Instant.MIN);
  }
}
