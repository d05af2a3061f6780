package dev.larder;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the architecture test checks, as functions from classes to the sentences that complain of
/// them, so that each can be shown to fail on a fixture.
final class Rules {
  private static final Pattern BANNED_NAME =
      Pattern.compile(
          "(Abstract|Base)[A-Z].*|.*[a-z](Impl|Manager|Helpers?|Utils?|Processor|Handler)");
  private static final Set<String> BANNED_PACKAGES =
      Set.of("util", "utils", "common", "core", "model", "service", "misc", "impl", "helper");

  /// A library and who may use it.
  ///
  /// @param library package prefixes, each with its dot
  /// @param allowed whether a class may depend on it
  /// @param where the same in words
  record Fence(List<String> library, Predicate<JavaClass> allowed, String where) {
    /// A fence around some of our packages, named below `dev.larder`; `""` is the root package.
    static Fence around(List<String> library, String... packages) {
      Set<String> names = Set.of(packages);
      return new Fence(library, c -> names.contains(shortName(c)), "in " + new TreeSet<>(names));
    }
  }

  private Rules() {}

  /// The package below `dev.larder`: `format.pacman`; empty for the root package.
  static String shortName(JavaClass c) {
    String name = c.getPackageName();
    return name.equals("dev.larder") ? "" : name.substring("dev.larder.".length());
  }

  /// Imports that the table does not allow, and packages it does not know.
  static List<String> forbiddenImports(JavaClasses classes, Map<String, Set<String>> table) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      Set<String> allowed = table.get(shortName(c));
      if (allowed == null) {
        faults.add(
            "package %s is not in the import table: say what it may import"
                .formatted(c.getPackageName()));
        continue;
      }
      ours(c)
          .map(Rules::shortName)
          .filter(target -> !target.equals(shortName(c)) && !allowed.contains(target))
          .forEach(target -> faults.add("%s must not import %s".formatted(c.getName(), target)));
    }
    return distinct(faults);
  }

  private static Stream<JavaClass> ours(JavaClass c) {
    return c.getDirectDependenciesFromSelf().stream()
        .map(d -> d.getTargetClass().getBaseComponentType())
        .filter(t ->
            t.getPackageName().equals("dev.larder")
                || t.getPackageName().startsWith("dev.larder."));
  }

  /// Cycles between packages; `slices` is ArchUnit's pattern with one group.
  static List<String> cycles(JavaClasses classes, String slices) {
    return SlicesRuleDefinition.slices()
        .matching(slices)
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .evaluate(classes)
        .getFailureReport()
        .getDetails();
  }

  /// Uses of a library outside its fence.
  static List<String> outsideFence(JavaClasses classes, List<Fence> fences) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      for (Fence fence : fences) {
        if (!fence.allowed().test(c)) {
          c.getDirectDependenciesFromSelf().stream()
              .map(d -> d.getTargetClass().getBaseComponentType().getName())
              .filter(name -> fence.library().stream().anyMatch(name::startsWith))
              .forEach(name ->
                  faults.add(
                      "%s uses %s, which belongs %s".formatted(c.getName(), name, fence.where())));
        }
      }
    }
    return distinct(faults);
  }

  /// Packages without a null-marked `package-info.java`.
  static List<String> notNullMarked(JavaClasses classes) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      if (!c.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
        faults.add("%s has no @NullMarked package-info.java".formatted(c.getPackageName()));
      }
    }
    return distinct(faults);
  }

  /// Names that hide a missing noun. A Handler is fine where it is one of Netty's, Jetty's or
  /// Javalin's.
  static List<String> bannedNames(JavaClasses classes) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      if (BANNED_NAME.matcher(c.getSimpleName()).matches() && !isLibraryHandler(c)) {
        faults.add("%s: name it after what it is".formatted(c.getName()));
      }
      for (String part : c.getPackageName().split("\\.", -1)) {
        if (BANNED_PACKAGES.contains(part)) {
          faults.add("package %s: name it after its domain".formatted(c.getPackageName()));
        }
      }
    }
    return distinct(faults);
  }

  private static boolean isLibraryHandler(JavaClass c) {
    return c.getSimpleName().endsWith("Handler")
        && (c.isAssignableTo("io.netty.channel.ChannelHandler")
            || c.isAssignableTo("org.eclipse.jetty.server.Handler")
            || c.isAssignableTo("io.javalin.http.Handler"));
  }

  /// Static fields whose value can change.
  static List<String> staticState(JavaClasses classes) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      for (JavaField f : c.getFields()) {
        Set<JavaModifier> modifiers = f.getModifiers();
        if (!modifiers.contains(JavaModifier.STATIC)
            || modifiers.contains(JavaModifier.SYNTHETIC)) {
          continue;
        }
        if (!modifiers.contains(JavaModifier.FINAL)) {
          faults.add("%s is static and not final".formatted(f.getFullName()));
        } else if (f.getRawType().getPackageName().startsWith("java.util.concurrent.atomic")
            || Set.of("java.util.HashMap", "java.util.ArrayList", "java.lang.StringBuilder")
                .contains(f.getRawType().getName())
            || f.getRawType().getName().startsWith("java.util.concurrent.Concurrent")) {
          faults.add("%s is static and can change inside".formatted(f.getFullName()));
        }
      }
    }
    return faults;
  }

  /// Constructors with more than seven parameters; records are exempt.
  static List<String> longConstructors(JavaClasses classes) {
    List<String> faults = new ArrayList<>();
    for (JavaClass c : classes) {
      if (c.isRecord() || c.isAnonymousClass() || c.isLocalClass()) {
        continue;
      }
      // What the compiler adds: name and ordinal of an enum constant, the outer instance.
      int added = c.isEnum() ? 2 : c.isInnerClass() ? 1 : 0;
      for (JavaConstructor constructor : c.getConstructors()) {
        int count = constructor.getRawParameterTypes().size() - added;
        if (count > 7 && !constructor.getModifiers().contains(JavaModifier.SYNTHETIC)) {
          faults.add(
              "%s has a constructor of %d parameters: a type is missing"
                  .formatted(c.getName(), count));
        }
      }
    }
    return faults;
  }

  private static List<String> distinct(List<String> faults) {
    return faults.stream().distinct().sorted().toList();
  }
}
