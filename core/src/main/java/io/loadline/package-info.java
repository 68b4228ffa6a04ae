/** The facade: everything else is reached from {@code Loadline}. */
package io.loadline;
