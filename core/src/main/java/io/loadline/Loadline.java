package io.loadline;
public final class Loadline {}
