import { LitElement, html, css } from 'lit';
import { JsonRpc } from 'jsonrpc';
import { notifier } from 'notifier';
import '@vaadin/button';
import '@vaadin/text-field';

const REFRESH_MILLIS = 1000;

/** The load, the start, the memory and the knobs of the service, once a second. */
export class QwcLoadline extends LitElement {
    jsonRpc = new JsonRpc(this);

    static styles = css`
        :host { display: block; height: 100%; overflow: auto; padding: 0 20px 20px; }
        h3 { margin: 24px 0 8px; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: 4px 12px 4px 0; vertical-align: baseline; }
        th { color: var(--lumo-secondary-text-color); font-weight: normal; }
        td.number { font-variant-numeric: tabular-nums; }
        .figures { display: flex; flex-wrap: wrap; gap: 32px; }
        .figure b { display: block; font-size: var(--lumo-font-size-xxl); font-variant-numeric: tabular-nums; }
        .figure span, .note { color: var(--lumo-secondary-text-color); }
        .changed { font-weight: bold; }
        pre { white-space: pre-wrap; margin: 8px 0 0; }
    `;

    static properties = {
        _status: { state: true },
        _startup: { state: true },
        _memory: { state: true },
        _advice: { state: true },
        _settings: { state: true }
    };

    connectedCallback() {
        super.connectedCallback();
        this._refresh();
        this._timer = setInterval(() => this._refresh(), REFRESH_MILLIS);
    }

    disconnectedCallback() {
        clearInterval(this._timer);
        super.disconnectedCallback();
    }

    _refresh() {
        for (const part of ['status', 'startup', 'memory', 'advice', 'settings']) {
            this.jsonRpc[part]().then(answer => {
                this['_' + part] = JSON.parse(answer.result);
            });
        }
    }

    render() {
        return html`${this._renderLoad()}${this._renderStartup()}${this._renderMemory()}${this._renderSettings()}`;
    }

    _renderLoad() {
        const now = this._status;
        if (!now) {
            return html`<p>Asking the service ...</p>`;
        }
        return html`
            <h3>Load</h3>
            <div class="figures" id="loadline-figures">
                ${this._figure('state', now.state)}
                ${this._figure('load', number(now.load))}
                ${this._figure('limit', now.limit + (now.enforcing ? '' : ' (not enforced)'))}
                ${this._figure('in flight', now.inFlight)}
                ${this._figure('admitted', now.admitted)}
                ${this._figure('shed', now.shed)}
                ${this._figure('bottleneck', now.bottleneck)}
            </div>
            <pre>${now.explanation}</pre>`;
    }

    _figure(name, value) {
        return html`<div class="figure"><b>${value}</b><span>${name}</span></div>`;
    }

    _renderStartup() {
        const report = this._startup;
        if (!report) {
            return html``;
        }
        return html`
            <h3>Start</h3>
            <p class="note">ready after ${number(report.readyAfterSeconds)} s</p>
            ${report.stages.length === 0 ? html`<p class="note">no stages</p>` : html`
            <table id="loadline-stages">
                <tr><th>stage</th><th>tier</th><th>outcome</th><th>waited</th><th>took</th><th>memory</th></tr>
                ${report.stages.map(stage => html`
                <tr>
                    <td>${stage.name}</td><td>${stage.tier}</td>
                    <td>${stage.outcome} ${stage.failure}</td>
                    <td class="number">${number(stage.waitedSeconds)} s ${stage.waitReason}</td>
                    <td class="number">${number(stage.tookSeconds)} s</td>
                    <td class="number">${mebibytes(stage.tookBytes)}</td>
                </tr>`)}
            </table>`}`;
    }

    _renderMemory() {
        const advice = this._advice;
        if (!this._memory || !advice) {
            return html``;
        }
        return html`
            <h3>Memory</h3>
            <p class="note">${this._memory.state}: ${this._memory.reason}</p>
            <table id="loadline-checklist">
                ${advice.checklist.map(item => html`
                <tr><td>${item.question}</td><td>${item.answer}</td><td>${item.figures}</td><td>${item.whatToDo}</td></tr>`)}
            </table>`;
    }

    _renderSettings() {
        const settings = this._settings;
        if (!settings) {
            return html``;
        }
        return html`
            <h3>Knobs</h3>
            <p class="note">What is changed here holds until the application is reloaded.</p>
            <table id="loadline-settings">
                ${settings.settings.map(each => html`
                <tr>
                    <td class="${each.value === each.default ? '' : 'changed'}">${each.key}</td>
                    <td>${each.value}</td>
                    <td>
                        <vaadin-text-field theme="small" placeholder="${each.allowed}" title="${each.allowed}"
                            @keydown=${event => event.key === 'Enter' && this._change(each.key, event.target)}>
                        </vaadin-text-field>
                        <vaadin-button theme="small"
                            @click=${event => this._change(each.key, event.target.previousElementSibling)}>
                            Change
                        </vaadin-button>
                    </td>
                </tr>`)}
            </table>`;
    }

    _change(key, field) {
        this.jsonRpc.change({ key: key, value: field.value }).then(answer => {
            if (answer.result) {
                notifier.showErrorMessage(answer.result);
            } else {
                field.value = '';
                this._refresh();
            }
        });
    }
}

function number(value) {
    return typeof value === 'number' ? value.toFixed(2) : '-';
}

function mebibytes(bytes) {
    return (bytes / 1048576).toFixed(1) + ' MiB';
}

customElements.define('qwc-loadline', QwcLoadline);
