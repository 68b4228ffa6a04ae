/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.limit.CallContextSource;
import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.client.ClientListener;
import io.loadline.quarkus.runtime.http.CarriedContext;
import io.loadline.startup.DeferredStartup;
import io.quarkus.builder.BuildContext;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveMethodBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;
import io.quarkus.test.QuarkusUnitTest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.rest.client.spi.RestClientListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What a native image of an application needs is told to its build, without one being made. */
class NativeImageTest {
    /** What a static field must not keep of the machine on which the image is built; by class, all of it or some methods. */
    private static final Map<String, Set<String>> OF_THE_MACHINE = Map.of(
            "java/lang/Runtime", Set.of(),
            "java/lang/System", Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty"),
            "java/lang/ProcessHandle", Set.of(),
            "java/lang/management/ManagementFactory", Set.of(),
            "java/net/InetAddress", Set.of(),
            "java/nio/file/Files", Set.of(),
            "java/time/Instant", Set.of("now"),
            "java/util/Random", Set.of(),
            "java/util/SplittableRandom", Set.of(),
            "java/util/concurrent/ThreadLocalRandom", Set.of());

    /** What finds in an image only what its build was told of. */
    private static final Map<String, Set<String>> BY_REFLECTION = Map.of(
            "java/lang/Class",
                    Set.of(
                            "getAnnotation",
                            "getAnnotations",
                            "getConstructor",
                            "getDeclaredAnnotations",
                            "getDeclaredConstructor",
                            "getDeclaredField",
                            "getDeclaredFields",
                            "getDeclaredMethod",
                            "getDeclaredMethods",
                            "getField",
                            "getMethod",
                            "getMethods",
                            "isAnnotationPresent"),
            "java/lang/reflect/Method",
                    Set.of("getAnnotation", "getAnnotations", "getDeclaredAnnotations", "isAnnotationPresent"));

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Prices.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .addBuildChainCustomizer(chain -> chain.addBuildStep(NativeImageTest::check)
                    .consumes(ReflectiveMethodBuildItem.class)
                    .consumes(ServiceProviderBuildItem.class)
                    .produces(GeneratedResourceBuildItem.class)
                    .build());

    @Inject
    Loadline loadline;

    /** What is missing stops the build. */
    private static void check(BuildContext build) {
        assertThat(build.consumeMulti(ReflectiveMethodBuildItem.class))
                .as("methods that are called by reflection")
                .extracting(item -> item.getDeclaringClass() + "#" + item.getName())
                .contains(Prices.class.getName() + "#load", "io.vertx.rabbitmq.impl.RabbitMQClientImpl#newConnection");
        assertThat(build.consumeMulti(ServiceProviderBuildItem.class))
                .as("services")
                .extracting(item -> item.serviceDescriptorFile() + " " + item.providers())
                .contains(
                        service(CallContextSource.class, CarriedContext.class),
                        service(RestClientListener.class, ClientListener.class));
    }

    private static String service(Class<?> type, Class<?> provider) {
        return ServiceProviderBuildItem.SPI_ROOT + type.getName() + " " + List.of(provider.getName());
    }

    @Test
    void service_startsWithAllThatIsTold() {
        assertThat(loadline.name()).isNotBlank();
    }

    @Test
    void staticFields_keepNothingOfTheMachine() throws Exception {
        assertThat(ofTheMachine(Loadline.class)).isEmpty();
        assertThat(ofTheMachine(LoadlineRecorder.class)).isEmpty();
        assertThat(ofTheMachine(Processors.class)).containsExactly(Processors.class.getName());
    }

    /** Such as annotations of clients: the build has read them. */
    @Test
    void reflection_isUsedOnlyForWhatTheBuildIsToldOf() throws Exception {
        assertThat(calling(Loadline.class, BY_REFLECTION, method -> true)).isEmpty();
        assertThat(calling(LoadlineRecorder.class, BY_REFLECTION, method -> true))
                .containsExactly(
                        "io.loadline.quarkus.runtime.MethodStage",
                        "io.loadline.quarkus.runtime.queue.RabbitConnections");
    }

    private static Set<String> ofTheMachine(Class<?> one) throws IOException, URISyntaxException {
        return calling(one, OF_THE_MACHINE, method -> method.equals("<clinit>"));
    }

    /** The classes from where {@code one} is that call one of {@code called} in one of {@code methods}. */
    private static Set<String> calling(Class<?> one, Map<String, Set<String>> called, Predicate<String> methods)
            throws IOException, URISyntaxException {
        Set<String> found = new TreeSet<>();
        classes(one, bytes -> {
            ClassReader reader = new ClassReader(bytes);
            reader.accept(new Calls(reader.getClassName().replace('/', '.'), called, methods, found), 0);
        });
        return found;
    }

    /** All classes of the jar or folder that {@code one} is from. */
    private static void classes(Class<?> one, Consumer<byte[]> each) throws IOException, URISyntaxException {
        URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
        Path path = Path.of(place);
        if (Files.isDirectory(path)) {
            read(path, each);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                read(jar.getPath("/"), each);
            }
        }
    }

    private static void read(Path root, Consumer<byte[]> each) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(file -> file.toString().endsWith(".class")).forEach(files::add);
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            each.accept(Files.readAllBytes(file));
        }
    }

    /** Takes down a class that calls what is looked for. */
    private static final class Calls extends ClassVisitor {
        private final String type;
        private final Map<String, Set<String>> called;
        private final Predicate<String> methods;
        private final Set<String> found;

        Calls(String type, Map<String, Set<String>> called, Predicate<String> methods, Set<String> found) {
            super(Opcodes.ASM9);
            this.type = type;
            this.called = called;
            this.methods = methods;
            this.found = found;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            if (!methods.test(name)) {
                return null;
            }
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(
                        int opcode, String owner, String method, String methodDescriptor, boolean isInterface) {
                    Set<String> known = called.get(owner);
                    if (known != null && (known.isEmpty() || known.contains(method))) {
                        found.add(type);
                    }
                }
            };
        }
    }

    /** What is looked for. */
    static final class Processors {
        static final int COUNT = Runtime.getRuntime().availableProcessors();

        private Processors() {}
    }

    @Singleton
    static class Prices {
        @DeferredStartup
        void load() {}
    }
}
