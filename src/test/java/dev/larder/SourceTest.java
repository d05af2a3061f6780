package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Checkout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The limits of size and the shape of comments, in the program and in its tests.
class SourceTest {
  private static List<String> faults(Function<SourceFile, List<String>> rule) throws IOException {
    List<SourceFile> sources =
        new ArrayList<>(SourceFile.below(Checkout.root().resolve("src/main/java")));
    sources.addAll(SourceFile.below(Checkout.root().resolve("src/test/java")));
    assertThat(sources).hasSizeGreaterThan(10);
    return sources.stream().flatMap(s -> rule.apply(s).stream()).toList();
  }

  @Test
  void filesAreShort() throws IOException {
    assertThat(faults(SourceFile::length)).isEmpty();
  }

  @Test
  void methodsAreShort() throws IOException {
    assertThat(faults(SourceFile::longMethods)).isEmpty();
  }

  @Test
  void docLinesAreWhole() throws IOException {
    assertThat(faults(SourceFile::docLines)).isEmpty();
  }

  /// Each rule on a text that breaks it.
  @Nested
  class EveryRuleCanFail {
    private SourceFile source(String text) {
      return new SourceFile("X.java", text);
    }

    private String body(int lines) {
      return "    int a = 1;\n".repeat(lines);
    }

    @Test
    void aLongFile() {
      assertThat(source("x\n".repeat(500)).length()).isEmpty();
      assertThat(source("x\n".repeat(501)).length())
          .containsExactly("X.java has 501 lines, more than 500");
    }

    @Test
    void aLongMethod() {
      assertThat(source("class X {\n  void f() {\n" + body(58) + "  }\n}\n").longMethods())
          .isEmpty();
      assertThat(source("class X {\n  void f() {\n" + body(59) + "  }\n}\n").longMethods())
          .containsExactly("X.java:2: a method of 61 lines, more than 60");
    }

    @Test
    void aLongMethodWithAnnotationsThrowsAndGenerics() {
      String head =
          """
            @SuppressWarnings({"a", "}"})
            <T> Map<T, List<T>> f(
                T a, int b)
                throws IOException, Foo {
          """;
      assertThat(source("class X {\n" + head + body(58) + "  }\n}\n").longMethods())
          .singleElement()
          .asString()
          .contains("a method of 6");
    }

    @Test
    void aLongConstructorOfARecord() {
      assertThat(source("record X(int a) {\n  public X {\n" + body(60) + "  }\n}\n").longMethods())
          .hasSize(1);
    }

    @Test
    void aLongMethodOfAnAnonymousClassAndOfAnEnumConstant() {
      String method = "  void g() {\n" + body(60) + "  }\n";
      assertThat(source("class X {\n  Y y = new Y(1) {\n" + method + "  };\n}\n").longMethods())
          .hasSize(1);
      assertThat(source("enum X {\n  A {},\n  B(2) {\n" + method + "  };\n}\n").longMethods())
          .hasSize(1);
    }

    @Test
    void bracesInCommentsAndTextsDoNotCount() {
      String head =
          """
          class X {
            // {
            /* { */ String s = "{\\"{";
            char c = '{';
            char q = '\\'';
            String t = \"""
              { " {
              \""";
            void f() {}
          """;
      assertThat(source(head + body(70) + "}\n").longMethods()).isEmpty();
    }

    @Test
    void aLongTypeIsNotALongMethod() {
      assertThat(source("class X {\n" + body(80) + "  class Y {\n" + body(80) + "  }\n}\n"))
          .satisfies(s -> assertThat(s.longMethods()).isEmpty());
    }

    @Test
    void aDocLineOverTheLimitAndABrokenOne() {
      assertThat(source("  /// " + "x".repeat(94) + "\n").docLines()).isEmpty();
      assertThat(source("  /// " + "x".repeat(95) + "\n").docLines())
          .containsExactly("X.java:1: a /// line has 101 columns, more than 100");
      assertThat(source("/// one\n// two\nvoid f();\n").docLines())
          .containsExactly("X.java:2: a // line right after a /// line");
    }
  }
}
