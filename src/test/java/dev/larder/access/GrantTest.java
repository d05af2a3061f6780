package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GrantTest {
  private static Grant grant(String... scopes) {
    return new Grant(Scope.parse(List.of(scopes)));
  }

  /// Everything that `scope` allows, as text: in the repository `internal`, in `other`, and where
  /// no repository is named.
  private static List<String> allowed(String... scope) {
    List<String> all = new ArrayList<>();
    for (@Nullable String repository : Arrays.asList("internal", "other", null)) {
      for (Verb verb : Verb.values()) {
        if (grant(scope).allows(verb, repository)) {
          all.add(repository == null ? verb.word() : verb.word() + ":" + repository);
        }
      }
    }
    return all;
  }

  @Test
  void everyScopeAllowsWhatItSaysAndNothingElse() {
    assertThat(allowed("read:internal")).containsExactly("read:internal", "read");
    assertThat(allowed("read:*")).containsExactly("read:internal", "read:other", "read");
    for (String verb : List.of("upload", "remove", "promote", "sign")) {
      assertThat(allowed(verb + ":internal"))
          .containsExactly("read:internal", verb + ":internal", "read", verb);
      assertThat(allowed(verb + ":int*al"))
          .containsExactly("read:internal", verb + ":internal", "read", verb);
      assertThat(allowed(verb + ":*"))
          .containsExactly(
              "read:internal", verb + ":internal", "read:other", verb + ":other", "read", verb);
      assertThat(allowed(verb + ":another")).containsExactly("read", verb);
    }
    for (String verb : List.of("keys", "tokens")) {
      assertThat(allowed(verb)).containsExactly(verb + ":internal", verb + ":other", "read", verb);
    }
    assertThat(allowed("admin")).hasSize(3 * Verb.values().length);
    assertThat(allowed("upload:other", "sign:internal"))
        .containsExactly(
            "read:internal",
            "sign:internal",
            "read:other",
            "upload:other",
            "read",
            "upload",
            "sign");
    assertThat(Grant.NOTHING.allows(Verb.READ, null)).isFalse();
  }

  @Test
  void aPatternIsAboutWholeNames() {
    assertThat(grant("upload:int").allows(Verb.UPLOAD, "internal")).isFalse();
    assertThat(grant("upload:i.t").allows(Verb.UPLOAD, "int")).isFalse();
    assertThat(grant("upload:a*b*c").allows(Verb.UPLOAD, "abc")).isTrue();
    assertThat(grant("upload:a*b*c").allows(Verb.UPLOAD, "a-b-cc")).isTrue();
    assertThat(grant("upload:a*b*c").allows(Verb.UPLOAD, "a-c")).isFalse();
    assertThat(grant("upload:*").allows(Verb.UPLOAD, "a\nb")).isTrue();
  }

  @Test
  void nobodyCoversMoreThanTheyHave() {
    assertThat(grant("tokens", "upload:internal").covers(Scope.parse("upload:internal"))).isTrue();
    assertThat(grant("upload:internal").covers(Scope.parse("read:internal"))).isTrue();
    assertThat(grant("upload:internal").covers(Scope.parse("upload:*"))).isFalse();
    assertThat(grant("upload:internal").covers(Scope.parse("upload:interna*"))).isFalse();
    assertThat(grant("upload:int*").covers(Scope.parse("upload:internal-*"))).isTrue();
    assertThat(grant("upload:*").covers(Scope.parse("upload:*"))).isTrue();
    assertThat(grant("upload:*").covers(Scope.parse("remove:a"))).isFalse();
    assertThat(grant("tokens").covers(Scope.parse("tokens"))).isTrue();
    assertThat(grant("tokens").covers(Scope.parse("keys"))).isFalse();
    for (String all : List.of("keys", "tokens", "read:*", "upload:*", "sign:*")) {
      assertThat(grant(all).covers(Scope.parse("admin"))).isFalse();
      assertThat(grant("admin").covers(Scope.parse(all))).isTrue();
    }
    assertThat(grant("admin").covers(Scope.parse("admin"))).isTrue();
  }

  @Test
  void scopesReadBackAsTheyWereWritten() {
    for (String text :
        List.of("admin", "keys", "tokens", "read:*", "upload:internal", "sign:a.b_c-*")) {
      assertThat(Scope.parse(text).text()).isEqualTo(text);
    }
  }

  @Test
  void whatIsNoScopeIsToldWhatIs() {
    assertThatThrownBy(() -> Scope.parse("write:internal"))
        .hasMessage(
            "\"write:internal\" is not a scope; write VERB:REPOSITORY as in upload:internal or"
                + " read:*, or keys, tokens or admin alone; verbs are read, upload, remove,"
                + " promote, sign, keys, tokens, admin");
    assertThatThrownBy(() -> Scope.parse("read"))
        .hasMessage("read needs a repository; write read:NAME, or read:* for all of them");
    assertThatThrownBy(() -> Scope.parse("admin:internal"))
        .hasMessage("admin is not about a repository; write it alone: admin");
    for (String text : List.of("", ":", "read:", "Read:*", "read:a b", "read:../x", "read:A")) {
      assertThatThrownBy(() -> Scope.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
